//! The access models of organizations: the built-in ones, and those with roles of the organization's own.

use std::{collections::BTreeMap, sync::Arc};

use moka::sync::Cache;
use sqlx::types::Json;
use usher_policy::{Condition, CustomRole, Level, Mask, Model, ModelKey, Permission};
use uuid::Uuid;

use crate::{StoreError, StoreResult, connection::Transaction};

/// How many bytes of organizations' models are kept, about.
const KEPT: u64 = 64 << 20;

/// Which model an organization has: its roles are numbered whenever one of its own changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ModelVersion {
    pub(crate) organization: Uuid,
    pub(crate) key: ModelKey,
    pub(crate) roles: i64,
}

/// Compiled models. The number of an organization's roles is read with the caller's facts, in the same statement: what is
/// kept here is never older than they are.
#[derive(Debug, Clone)]
pub(crate) struct Models(Cache<ModelVersion, Arc<Model>>);

/// What a role gives, as it is stored: permissions, each with its conditions.
pub(crate) type Grants = BTreeMap<String, Vec<String>>;

impl Models {
    pub(crate) fn new() -> Self {
        let size = |_: &ModelVersion, model: &Arc<Model>| u32::try_from(model.size()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(KEPT).weigher(size).build())
    }

    /// The model, if it need not be read.
    pub(crate) fn known(&self, version: ModelVersion) -> Option<Arc<Model>> {
        if version.roles == 0 { Some(Arc::clone(Model::built_in(version.key))) } else { self.0.get(&version) }
    }

    /// The model, in a transaction that has entered the organization.
    pub(crate) async fn get(&self, transaction: &mut Transaction, version: ModelVersion) -> StoreResult<Arc<Model>> {
        if let Some(model) = self.known(version) {
            return Ok(model);
        }
        // The number is read again, with the roles: between two statements they may have changed.
        let rows = sqlx::query!(
            r#"select o.roles_version, r.level as "level?", r.key as "key?", r.title as "title?",
                r.grants as "grants?: Json<Grants>"
             from organizations o left join custom_roles r on r.org_id = o.id
             where o.id = $1 order by r.created_at, r.id"#,
            version.organization
        )
        .fetch_all(&mut **transaction)
        .await?;
        let roles = rows.first().ok_or(StoreError::Missing("organization"))?.roles_version;
        let added: Vec<CustomRole> = rows
            .into_iter()
            .filter_map(|row| {
                let (level, grants) = (Level::parse(&row.level?)?, compile(&row.grants?.0));
                Some(CustomRole { level, key: row.key?, title: row.title?, grants })
            })
            .collect();
        let model = Arc::new(Model::built_in(version.key).with_roles(&added));
        self.0.insert(ModelVersion { roles, ..version }, Arc::clone(&model));
        Ok(model)
    }
}

/// What is stored, as the engine has it. A word that it does not know gives nothing.
fn compile(grants: &Grants) -> Vec<(Permission, Mask)> {
    let conditions = |words: &[String]| words.iter().filter_map(|word| Condition::parse(word)).collect();
    grants.iter().filter_map(|(permission, words)| Some((Permission::parse(permission)?, conditions(words)))).collect()
}
