use std::time::Duration;

use unstale::store::StoredSession;

use super::Fixture;

on_both_databases! {
    a_session_is_kept_and_changed_and_ended
    a_key_is_taken_once
    an_expired_session_is_none
}

fn session(t: &Fixture, key: &str, seconds: u64) -> StoredSession {
    StoredSession {
        key: key.to_owned(),
        data: r#"{"person":"ann","größe":"\u0000"}"#.to_owned(),
        person: None,
        expires_at: t.now().plus(Duration::from_secs(seconds)),
    }
}

async fn a_session_is_kept_and_changed_and_ended(t: &Fixture) {
    let mut kept = session(t, "k", 60);
    t.store.save_session(&kept).await.unwrap();
    assert_eq!(
        t.store.session("k", t.now()).await.unwrap(),
        Some(kept.clone())
    );

    // Whoever it is need not exist: a session is no reference to a person.
    kept.person = Some(unstale::domain::PersonId::from_uuid(t.clock.new_uuid()));
    kept.data = "{}".into();
    kept.expires_at = kept.expires_at.plus(Duration::from_secs(1));
    t.store.save_session(&kept).await.unwrap();
    assert_eq!(t.store.session("k", t.now()).await.unwrap(), Some(kept));

    t.store.delete_session("k").await.unwrap();
    t.store.delete_session("k").await.unwrap();
    assert_eq!(t.store.session("k", t.now()).await.unwrap(), None);
}

async fn a_key_is_taken_once(t: &Fixture) {
    let first = session(t, "k", 60);
    assert!(t.store.create_session(&first).await.unwrap());
    assert!(!t.store.create_session(&session(t, "k", 90)).await.unwrap());
    assert_eq!(t.store.session("k", t.now()).await.unwrap(), Some(first));
}

async fn an_expired_session_is_none(t: &Fixture) {
    t.store
        .save_session(&session(t, "short", 60))
        .await
        .unwrap();
    t.store.save_session(&session(t, "long", 61)).await.unwrap();

    t.clock.advance(Duration::from_secs(59));
    assert!(t.store.session("short", t.now()).await.unwrap().is_some());
    assert_eq!(t.store.delete_expired_sessions(t.now()).await.unwrap(), 0);

    t.clock.advance(Duration::from_secs(1));
    assert!(t.store.session("short", t.now()).await.unwrap().is_none());
    assert!(t.store.session("long", t.now()).await.unwrap().is_some());
    assert_eq!(t.store.delete_expired_sessions(t.now()).await.unwrap(), 1);
}
