// Swagger UI on this server's contract, and one button for each of the demo's people that signs in as them.
"use strict";

const ui = SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  showExtensions: true,
  filter: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
});

async function signIn(person, bar) {
  const say = bar.querySelector("[role=status]");
  const answer = await fetch("../v1/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: person.email, password: person.password }),
  });
  const body = await answer.json();
  if (!answer.ok) {
    say.textContent = body.detail;
    return;
  }
  ui.preauthorizeApiKey("access_token", body.access_token);
  say.textContent = `${person.about}. Signed in for ${Math.round(body.expires_in / 60)} minutes.`;
  for (const button of bar.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.email === person.email));
  }
}

async function offerPeople() {
  const people = await (await fetch("people.json")).json();
  if (people.length === 0) return;
  const bar = document.getElementById("people");
  bar.append("Sign in as:");
  for (const person of people) {
    const button = document.createElement("button");
    button.textContent = person.label;
    button.dataset.email = person.email;
    button.title = `${person.about} (${person.email})`;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => signIn(person, bar));
    bar.append(button);
  }
  const say = document.createElement("span");
  say.setAttribute("role", "status");
  bar.append(say);
  bar.hidden = false;
}

offerPeople();
