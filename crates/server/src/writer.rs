//! The one writer: changes are made one after the other, made durable together, and answered after that.
//!
//! ```text
//!   requests -> queue -> apply, apply, apply -> one commit with one fsync -> publish a snapshot -> answer all
//! ```
//!
//! Readers never wait for it. A change that fails is taken back; a commit that fails takes the whole batch back, and
//! everybody in it is told so. Nothing is answered that is not on disk.

use arc_swap::ArcSwap;
use model::service_quota::QuotaDefaults;
use model::{Committed, Region, World};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use store::{Change, Revision, Store, StoreError};
use tokio::sync::watch;

/// What a change did.
pub enum Applied {
    /// It is to be kept.
    Keep,
    /// It failed, and is taken back.
    TakeBack,
}

/// Called when a change is durable, or could not be made so.
pub type Settled = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A change to the network, and who waits for it.
type Command = Box<dyn FnOnce(&mut World) -> (Applied, Settled) + Send>;

/// The network as it was last published, for everybody, and the way to change it.
#[derive(Clone)]
pub struct State {
    published: Arc<ArcSwap<World>>,
    queue: SyncSender<Command>,
    listeners: Arc<Mutex<Vec<Listener>>>,
    revision: watch::Sender<Revision>,
}

/// Told of every published snapshot, on the writer's thread, and whether packets are decided anew under it.
pub type Listener = Box<dyn FnMut(&Arc<World>, Decides) + Send>;

/// What a snapshot means for packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// They may be decided differently.
    Anew,
    /// As under the snapshot before: what changed is no part of the network.
    Alike,
}

/// How many changes wait at most; more callers wait for room.
const QUEUE_MAX: usize = 4096;
/// How many changes are made durable together at most.
const BATCH_MAX: usize = 256;
/// A batch ends when it has this many records, so that it stays below what a store transaction may hold.
const BATCH_RECORDS_MAX: usize = 2048;

impl State {
    /// The state that a store holds under these quotas, in a run of this Region, and its writer.
    pub fn open(store: Arc<dyn Store>, quotas: QuotaDefaults, home: Region) -> anyhow::Result<State> {
        let snapshot = store.snapshot()?;
        let records = snapshot.range("")?;
        let rows = records.iter().map(|(key, record)| (key.as_str(), record.value.as_slice()));
        let mut world = World::load(snapshot.revision().0, rows)?;
        world.quota_defaults = Arc::new(quotas);
        world.home = Some(home);
        let (queue, commands) = sync_channel(QUEUE_MAX);
        let state = State {
            published: Arc::new(ArcSwap::from_pointee(world.clone())),
            queue,
            listeners: Arc::default(),
            revision: watch::Sender::new(snapshot.revision()),
        };
        let writer = Writer {
            world,
            store,
            published: Arc::clone(&state.published),
            listeners: Arc::clone(&state.listeners),
            revision: state.revision.clone(),
        };
        std::thread::Builder::new().name("writer".to_owned()).spawn(move || writer.run(&commands))?;
        Ok(state)
    }

    /// The network as it is now.
    pub fn snapshot(&self) -> Arc<World> {
        self.published.load_full()
    }

    /// Changes with every snapshot that is published from now on: for those who wait for one, and then go.
    pub fn published(&self) -> watch::Receiver<Revision> {
        self.revision.subscribe()
    }

    /// Has the present snapshot reported, and every later one.
    pub fn listen(&self, mut listener: Listener) {
        // Under the lock, which the writer takes after it has published: no later one is missed or reported before this.
        let mut listeners = self.listeners.lock().expect("no listener panics");
        listener(&self.snapshot(), Decides::Anew);
        listeners.push(listener);
    }

    /// Changes the world and waits until the change is durable. An error: the writer is gone, or the store refused.
    pub async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut World) -> (Applied, T) + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(change).await?.wait().await
    }

    /// Gives a change to the writer, who makes it in its turn.
    pub async fn queue<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut World) -> (Applied, T) + Send + 'static,
    ) -> Result<Durable<T>, StoreError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let command: Command = Box::new(move |world| {
            let (applied, value) = change(world);
            let settled: Settled = Box::new(move |result| {
                let _ = answer.send(result.map(|()| value));
            });
            (applied, settled)
        });
        let queue = self.queue.clone();
        // The queue is rarely full; when it is, waiting must not hold up other connections.
        if let Err(error) = queue.try_send(command) {
            match error {
                std::sync::mpsc::TrySendError::Full(command) => {
                    let sent = tokio::task::spawn_blocking(move || queue.send(command).is_ok()).await;
                    if !sent.unwrap_or(false) {
                        return Err(StoreError::Closed);
                    }
                }
                std::sync::mpsc::TrySendError::Disconnected(_) => return Err(StoreError::Closed),
            }
        }
        Ok(Durable(answered))
    }

    /// Changes the network from a thread that may wait.
    pub fn change_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut World) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = std::sync::mpsc::channel();
        let command: Command = Box::new(move |world| {
            let value = change(world);
            let settled: Settled = Box::new(move |result| {
                let _ = answer.send(result.map(|()| value));
            });
            (Applied::Keep, settled)
        });
        self.queue.send(command).map_err(|_| StoreError::Closed)?;
        answered.recv().unwrap_or(Err(StoreError::Closed))
    }
}

/// A change that was given to the writer.
pub struct Durable<T>(tokio::sync::oneshot::Receiver<Result<T, StoreError>>);

impl<T> Durable<T> {
    /// What the change came to, once it is on disk.
    pub async fn wait(self) -> Result<T, StoreError> {
        self.0.await.unwrap_or(Err(StoreError::Closed))
    }
}

struct Writer {
    world: World,
    store: Arc<dyn Store>,
    published: Arc<ArcSwap<World>>,
    listeners: Arc<Mutex<Vec<Listener>>>,
    revision: watch::Sender<Revision>,
}

impl Writer {
    fn run(mut self, commands: &Receiver<Command>) {
        while let Ok(first) = commands.recv() {
            self.batch(first, commands);
        }
    }

    fn batch(&mut self, first: Command, commands: &Receiver<Command>) {
        let mut batch = Batch::default();
        let mut waiting = Vec::new();
        let mut next = Some(first);
        while let Some(command) = next {
            waiting.push(self.apply(command, &mut batch));
            let room = waiting.len() < BATCH_MAX && batch.records.len() < BATCH_RECORDS_MAX;
            next = if room { commands.try_recv().ok() } else { None };
        }
        let result = self.make_durable(batch);
        for settled in waiting {
            settled(result.clone());
        }
    }

    /// Makes one change. One that panics is a defect of ours: it is taken back, its caller is told, the others go on.
    fn apply(&mut self, command: Command, batch: &mut Batch) -> Settled {
        let world = &mut self.world;
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| command(world)));
        match outcome {
            Ok((Applied::Keep, settled)) => {
                batch.add(self.world.commit());
                settled
            }
            Ok((Applied::TakeBack, settled)) => {
                self.world.roll_back();
                settled
            }
            Err(_) => {
                tracing::error!("a change failed in an unforeseen way and was taken back");
                self.world.roll_back();
                Box::new(|_| {})
            }
        }
    }

    fn make_durable(&mut self, batch: Batch) -> Result<(), StoreError> {
        if batch.records.is_empty() {
            return Ok(());
        }
        let decides = batch.decides();
        match self.store.transaction(&[], &batch.into_changes()) {
            Ok(revision) => {
                self.publish(revision, decides);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "changes could not be stored and were taken back");
                self.world = World::clone(&self.published.load());
                Err(error)
            }
        }
    }

    fn publish(&mut self, revision: Revision, decides: Decides) {
        self.world.publish(revision.0, decides == Decides::Anew);
        let snapshot = Arc::new(self.world.clone());
        self.published.store(Arc::clone(&snapshot));
        self.revision.send_replace(revision);
        for listener in self.listeners.lock().expect("no listener panics").iter_mut() {
            listener(&snapshot, decides);
        }
    }
}

/// What is made durable together.
#[derive(Default)]
struct Batch {
    /// The last content of each record; `None` removes it.
    records: BTreeMap<String, Option<Vec<u8>>>,
    /// Whether the network changed.
    network: bool,
}

impl Batch {
    fn add(&mut self, committed: Committed) {
        self.network |= committed.network;
        self.records.extend(committed.records.into_iter().map(|record| (record.key, record.value)));
    }

    fn decides(&self) -> Decides {
        match self.network {
            true => Decides::Anew,
            false => Decides::Alike,
        }
    }

    fn into_changes(self) -> Vec<Change> {
        let change = |(key, value)| match value {
            Some(value) => Change::Put(key, value),
            None => Change::Delete(key),
        };
        self.records.into_iter().map(change).collect()
    }
}
