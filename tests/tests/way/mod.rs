//! The way from an application to its database, for tests to stand in.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    task::{JoinHandle, JoinSet},
};
use usher_api::{App, Settings};
use usher_store::{Database, Store};
use usher_tests::World;

/// A way to the database that can be cut, and on which the round trips are counted.
pub struct Way {
    address: SocketAddr,
    database: PgConnectOptions,
    /// Whether whoever wants to commit is cut off.
    pub at_commit: Arc<AtomicBool>,
    /// How often the application waited for an answer.
    turns: Arc<AtomicUsize>,
    answers: Answers,
    carrying: JoinHandle<()>,
}

impl Way {
    pub async fn to(world: &World) -> Self {
        let database: PgConnectOptions = world.database_url().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let at_commit = Arc::new(AtomicBool::new(false));
        let turns = Arc::new(AtomicUsize::new(0));
        let answers = Answers::default();
        let carrying =
            tokio::spawn(carry(listener, database.clone(), at_commit.clone(), turns.clone(), answers.clone()));
        Self { address, carrying, database, at_commit, turns, answers }
    }

    /// How often the application has waited for an answer until now. The end of what only reads is sent and not waited for.
    pub fn round_trips(&self) -> usize {
        self.turns.load(Ordering::SeqCst)
    }

    /// A server that reaches the database this way: where it listens.
    pub async fn serve(&self, world: &World) -> String {
        let url = match self.database.get_socket() {
            Some(_) => {
                let (user, name) = (self.database.get_username(), self.database.get_database().unwrap());
                format!("postgres://{user}@{}/{name}", self.address)
            }
            None => {
                let there = format!("{}:{}", self.database.get_host(), self.database.get_port());
                world.database_url().replace(&there, &self.address.to_string())
            }
        };
        let store = Store::open(&Database::new(&url, None).unwrap(), 4).await.unwrap();
        let settings = Settings { workers: NonZeroUsize::MIN, ..Settings::default() };
        let files = tempfile::tempdir().unwrap();
        let place = usher_api::FilePlace::Folder(files.path().to_owned());
        let kept = usher_api::Files::open(&usher_api::FileSettings { place, quota: 1, in_memory: 0 }).unwrap();
        let app = App::new(store, kept, settings).await.unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(usher_api::serve(app, listener).unwrap());
        base
    }

    /// From here on the database's answers are held back.
    pub fn hold_answers(&self) {
        self.answers.0.send_modify(|answers| answers.holds = true);
    }

    /// Waits until an answer is held back.
    pub async fn until_held(&self) {
        self.answers.0.subscribe().wait_for(|answers| answers.held > 0).await.unwrap();
    }

    /// Lets those go that are held back; later ones are held back anew.
    pub fn let_answers_go(&self) {
        self.answers.0.send_modify(|answers| (answers.round, answers.held) = (answers.round + 1, 0));
    }

    /// Holds nothing back any more.
    pub fn stop_holding(&self) {
        self.answers.0.send_modify(|answers| answers.holds = false);
        self.let_answers_go();
    }

    /// Whatever was under way is cut off, and nobody answers.
    pub async fn cut(&mut self) {
        let carrying = std::mem::replace(&mut self.carrying, tokio::spawn(std::future::pending()));
        carrying.abort();
        assert!(carrying.await.unwrap_err().is_cancelled());
    }

    /// The database is there, and is not ready yet.
    pub async fn starting_up(&mut self) {
        self.cut().await;
        self.carrying = tokio::spawn(refuse(TcpListener::bind(self.address).await.unwrap()));
    }

    pub async fn mended(&mut self) {
        self.cut().await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        let (database, at_commit) = (self.database.clone(), self.at_commit.clone());
        self.carrying = tokio::spawn(carry(listener, database, at_commit, self.turns.clone(), self.answers.clone()));
    }
}

/// Whether answers are held back, how many are, and how often those that were have been let go.
#[derive(Default)]
struct Held {
    holds: bool,
    held: usize,
    round: usize,
}

#[derive(Clone)]
struct Answers(Arc<tokio::sync::watch::Sender<Held>>);

impl Default for Answers {
    fn default() -> Self {
        Self(Arc::new(tokio::sync::watch::Sender::new(Held::default())))
    }
}

impl Answers {
    /// Waits for as long as an answer that has come is held back.
    async fn pass(&self) {
        let mut since = None;
        self.0.send_if_modified(|answers| {
            if answers.holds {
                answers.held += 1;
                since = Some(answers.round);
            }
            answers.holds
        });
        if let Some(since) = since {
            self.0.subscribe().wait_for(|answers| answers.round > since).await.unwrap();
        }
    }
}

async fn carry(
    listener: TcpListener,
    database: PgConnectOptions,
    at_commit: Arc<AtomicBool>,
    turns: Arc<AtomicUsize>,
    answers: Answers,
) {
    let mut open = JoinSet::new();
    let (host, port) = (database.get_host().to_owned(), database.get_port());
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let (at_commit, turns, answers) = (at_commit.clone(), turns.clone(), answers.clone());
        match database.get_socket() {
            Some(folder) => {
                let far = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await.unwrap();
                open.spawn(pass(near, far, at_commit, turns, answers));
            }
            None => {
                let far = TcpStream::connect((host.as_str(), port)).await.unwrap();
                open.spawn(pass(near, far, at_commit, turns, answers));
            }
        }
    }
}

/// Carries one connection, to the end or to where it is cut.
async fn pass(
    mut near: TcpStream,
    mut far: impl AsyncRead + AsyncWrite + Unpin,
    at_commit: Arc<AtomicBool>,
    turns: Arc<AtomicUsize>,
    answers: Answers,
) {
    let mut waits = false;
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        let carried = tokio::select! {
            read = near.read(&mut asked) => match read {
                Ok(length) if length > 0 => {
                    let commits = asked[..length].windows(6).any(|word| word == b"COMMIT");
                    if commits && at_commit.load(Ordering::SeqCst) {
                        return;
                    }
                    let rolls_back = asked[..length].windows(8).any(|word| word == b"ROLLBACK");
                    turns.fetch_add(usize::from(!waits && !rolls_back), Ordering::SeqCst);
                    waits = true;
                    far.write_all(&asked[..length]).await
                }
                _ => return,
            },
            read = far.read(&mut answered) => match read {
                Ok(length) if length > 0 => {
                    waits = false;
                    answers.pass().await;
                    near.write_all(&answered[..length]).await
                }
                _ => return,
            },
        };
        if carried.is_err() {
            return;
        }
    }
}

/// Answers as a Postgres that is starting up: `N` if it is asked for encryption, and then its refusal.
async fn refuse(listener: TcpListener) {
    const WHY: &[u8] = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let length = client.read_u32().await.unwrap();
        client.read_exact(&mut vec![0; length as usize - 4]).await.unwrap();
        if length == 8 {
            client.write_all(b"N").await.unwrap();
            let length = client.read_u32().await.unwrap();
            client.read_exact(&mut vec![0; length as usize - 4]).await.unwrap();
        }
        client.write_u8(b'E').await.unwrap();
        client.write_u32(WHY.len() as u32 + 4).await.unwrap();
        client.write_all(WHY).await.unwrap();
    }
}
