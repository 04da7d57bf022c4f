//! Tasks that move the messages of a queue back to where they were, or to another queue.
//!
//! Follows "Learn how to configure a dead-letter queue redrive in Amazon SQS" (Amazon SQS Developer Guide). A task is written down
//! when it is begun and whenever it has gone on, so that a crash has it go on, too; what is moved is moved once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use model::Timestamp;
use redb::{ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use super::index::{CONTENTS, Changes, json, read};
use super::line::Number;
use super::moving::Move;
use super::row::Content;
use super::{Messages, Problem, QueueOf};

/// Tasks, by the queue that they empty and their number.
pub(super) const TASKS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("tasks");

/// Tasks of one queue that are remembered: "you can list up to 10 of the most recent".
const TASKS_MAX: usize = 10;
/// Tasks that run at once: "100 active message movement tasks per account"; here in all.
const RUNNING_MAX: usize = 100;
/// Messages that are moved in one go.
const AT_ONCE: usize = 250;
/// How long a task rests after each.
pub const PAUSE: Duration = Duration::from_millis(50);

/// A task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Task {
    /// By what it is cancelled.
    pub id: String,
    /// The ARN of the queue that it empties.
    pub source: String,
    /// Where it moves messages; to where each was before if that is not said.
    pub destination: Option<String>,
    /// How many it moves in a second at most.
    pub per_second: Option<u32>,
    /// How many it has moved.
    pub moved: u64,
    /// How many there were.
    pub to_move: u64,
    /// How far it is.
    pub status: Status,
    /// Why it has failed.
    pub reason: Option<String>,
    /// When it was begun, in milliseconds.
    pub started: i64,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It moves messages.
    #[default]
    Running,
    /// Nothing is left to move.
    Completed,
    /// Somebody has ended it.
    Cancelled,
    /// It could not go on.
    Failed,
}

/// Why a task is not begun or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTask {
    /// One of the queue's runs already.
    Running,
    /// As many run as can.
    TooMany,
    /// There is none of that name, or it has ended.
    Gone,
    /// The store's.
    Problem(Problem),
}

impl From<Problem> for NoTask {
    fn from(problem: Problem) -> NoTask {
        NoTask::Problem(problem)
    }
}

/// All tasks, as they are written down, by the queue that they empty.
pub(super) type Tasks = BTreeMap<(u64, u64), Task>;

/// What becomes of a task by one go.
enum Went {
    On(usize),
    Over,
    Wrong(&'static str),
}

impl Messages {
    fn all_tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().expect("nobody who changes a task panics")
    }

    /// Begins a task, durably.
    ///
    /// # Errors
    /// One runs already, or the store's.
    pub async fn start_task(&self, queue: QueueOf, mut task: Task, now: Timestamp) -> Result<(), NoTask> {
        task.to_move = u64::try_from(self.counts(queue, now).waiting).unwrap_or(u64::MAX);
        let (at, forgotten) = {
            let mut all = self.all_tasks();
            let is_running = |task: &Task| task.status == Status::Running;
            let own: Vec<(u64, u64)> = all.range(of_queue(queue)).map(|(at, _)| *at).collect();
            if own.iter().any(|at| is_running(&all[at])) {
                return Err(NoTask::Running);
            }
            if all.values().filter(|task| is_running(task)).count() >= RUNNING_MAX {
                return Err(NoTask::TooMany);
            }
            let at = (queue.messages, own.last().map_or(1, |(_, last)| last + 1));
            let surplus = (own.len() + 1).saturating_sub(TASKS_MAX);
            let forgotten: Vec<(u64, u64)> = own.into_iter().take(surplus).collect();
            all.insert(at, task.clone());
            (at, forgotten)
        };
        let (gone, row) = (forgotten.clone(), task);
        let make = move |changes: &mut Changes<'_>| {
            for at in gone {
                changes.tasks.remove(at)?;
            }
            changes.tasks.insert(at, json(&row).as_slice())?;
            Ok(())
        };
        let stored = self.queue.change(make, |_| {}).await;
        let mut all = self.all_tasks();
        match stored {
            Ok(()) => forgotten.iter().for_each(|at| drop(all.remove(at))),
            Err(_) => drop(all.remove(&at)),
        }
        drop(all);
        self.task_news.notify_one();
        Ok(stored?)
    }

    /// The tasks of a queue, the newest first.
    pub fn tasks_of(&self, queue: QueueOf) -> Vec<Task> {
        self.all_tasks().range(of_queue(queue)).rev().map(|(_, task)| task.clone()).collect()
    }

    /// Ends a task that runs, durably, and says how many it has moved.
    ///
    /// # Errors
    /// There is none, or the store's.
    pub async fn cancel_task(&self, queue: QueueOf, id: &str) -> Result<u64, NoTask> {
        let found = {
            let mut all = self.all_tasks();
            let mut own = all.range_mut(of_queue(queue));
            let running = own.find(|(_, it)| it.id == id && it.status == Status::Running);
            running.map(|(at, task)| {
                task.status = Status::Cancelled;
                (*at, task.clone())
            })
        };
        let (at, task) = found.ok_or(NoTask::Gone)?;
        self.write_task(at, &task).await?;
        Ok(task.moved)
    }

    /// Returns when a task may run.
    pub async fn task_news(&self) {
        self.task_news.notified().await;
    }

    /// Has all tasks that run go on by some messages, and says whether any runs still. `find` finds a queue by its ARN.
    pub async fn go_on(&self, now: Timestamp, find: impl Fn(&str) -> Option<QueueOf>) -> bool {
        let running: Vec<((u64, u64), Task)> = {
            let all = self.all_tasks();
            all.iter()
                .filter(|(_, it)| it.status == Status::Running)
                .map(|(at, it)| (*at, it.clone()))
                .collect()
        };
        for (at, task) in running {
            let went = match find(&task.source).filter(|it| it.messages == at.0) {
                Some(from) => self.go(from, &task, now, &find).await,
                None => Ok(Went::Wrong("AWS.SimpleQueueService.NonExistentQueue")),
            };
            let changed = {
                let mut all = self.all_tasks();
                let Some(task) = all.get_mut(&at) else { continue };
                match went {
                    Ok(Went::On(0)) => continue,
                    Ok(Went::On(moved)) => task.moved += moved as u64,
                    // Who has cancelled it meanwhile has the last word.
                    Ok(Went::Over) if task.status == Status::Running => task.status = Status::Completed,
                    Ok(Went::Wrong(reason)) if task.status == Status::Running => {
                        (task.status, task.reason) = (Status::Failed, Some(reason.to_owned()));
                    }
                    Ok(Went::Over | Went::Wrong(_)) => continue,
                    // It is tried again.
                    Err(problem) => {
                        tracing::warn!(?problem, "messages could not be moved");
                        continue;
                    }
                }
                task.clone()
            };
            if let Err(problem) = self.write_task(at, &changed).await {
                tracing::warn!(?problem, "how far a task is could not be stored");
            }
        }
        self.all_tasks().values().any(|it| it.status == Status::Running)
    }

    async fn go(
        &self,
        from: QueueOf,
        task: &Task,
        now: Timestamp,
        find: impl Fn(&str) -> Option<QueueOf>,
    ) -> Result<Went, Problem> {
        let most = allowance(task, now);
        if most == 0 {
            return Ok(Went::On(0));
        }
        let numbers = self.lines().of(from).line.give_away(now, most);
        if numbers.is_empty() {
            return Ok(Went::Over);
        }
        let mut ways: BTreeMap<String, Vec<Number>> = BTreeMap::new();
        let mut strays = Vec::new();
        for (number, source) in self.sources(from, &numbers)? {
            match task.destination.clone().or(source) {
                Some(to) => ways.entry(to).or_default().push(number),
                None => strays.push(number),
            }
        }
        let mut wrong = (!strays.is_empty()).then_some("CouldNotDetermineMessageSource");
        let mut moved = 0;
        for (to, numbers) in ways {
            match find(&to) {
                Some(to) if to.in_order == from.in_order => {
                    moved += self.shift(Move { from, to, source: None }, numbers, now).await?;
                }
                Some(_) | None => {
                    wrong = Some("AWS.SimpleQueueService.NonExistentQueue");
                    strays.extend(numbers);
                }
            }
        }
        let mut lines = self.lines();
        strays.iter().for_each(|number| lines.of(from).line.stay(*number));
        drop(lines);
        match wrong {
            // What was moved is counted first; the next go finds what is wrong again.
            Some(reason) if moved == 0 => Ok(Went::Wrong(reason)),
            Some(_) | None => Ok(Went::On(moved)),
        }
    }

    /// Where messages were before; those that are gone by now are left out.
    fn sources(&self, from: QueueOf, numbers: &[Number]) -> Result<Vec<(Number, Option<String>)>, Problem> {
        let found = || {
            let table = self.database.begin_read()?.open_table(CONTENTS)?;
            let mut found = Vec::with_capacity(numbers.len());
            for number in numbers {
                if let Some(row) = table.get((from.messages, *number))? {
                    let content: Content = read(row.value())?;
                    found.push((*number, content.source));
                }
            }
            Ok(found)
        };
        found().inspect_err(|_: &Problem| {
            let mut lines = self.lines();
            numbers.iter().for_each(|number| lines.of(from).line.stay(*number));
        })
    }

    async fn write_task(&self, at: (u64, u64), task: &Task) -> Result<(), Problem> {
        let row = json(task);
        let make = move |changes: &mut Changes<'_>| {
            changes.tasks.insert(at, row.as_slice())?;
            Ok(())
        };
        self.queue.change(make, |_| {}).await
    }

    /// Forgets the tasks of a queue that is gone.
    pub(super) async fn forget_tasks(&self, queue: u64) -> Result<(), Problem> {
        self.all_tasks().retain(|(of, _), _| *of != queue);
        let make = move |changes: &mut Changes<'_>| {
            changes.tasks.retain_in((queue, 0)..=(queue, u64::MAX), |_, _| false)?;
            Ok(())
        };
        self.queue.change(make, |_| {}).await
    }
}

/// Reads what was written down.
pub(super) fn load(changes: &Changes<'_>) -> Result<Arc<Mutex<Tasks>>, Problem> {
    let mut tasks = Tasks::new();
    for row in changes.tasks.iter()? {
        let (at, task) = row?;
        tasks.insert(at.value(), read(task.value())?);
    }
    Ok(Arc::new(Mutex::new(tasks)))
}

fn of_queue(queue: QueueOf) -> std::ops::RangeInclusive<(u64, u64)> {
    (queue.messages, 0)..=(queue.messages, u64::MAX)
}

/// How many messages a task may move now: as many as it would have, had it gone on evenly.
fn allowance(task: &Task, now: Timestamp) -> usize {
    let Some(rate) = task.per_second else { return AT_ONCE };
    let elapsed_ms = u64::try_from(now.0 - task.started).unwrap_or(0);
    let due = (elapsed_ms.saturating_mul(u64::from(rate)) / 1000).saturating_sub(task.moved);
    // After a rest it does not catch up with all of it at once.
    usize::try_from(due).unwrap_or(AT_ONCE).min(AT_ONCE).min(rate as usize)
}
