//! Objects as a whole: against a map that does the same, and across crashes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::StreamExt;
use model::bucket::{Bucket, Expiration, LifecycleRule};
use model::bucket_name::BucketName;
use model::bucket_notifications::{Destination, Notification};
use model::ids::Ids;
use model::partition::Partition;
use model::place::AccountId;
use model::timestamp::Timestamp;

use super::*;

const BUCKET: u64 = 7;
const NOW: Timestamp = Timestamp(1_795_886_706_783);

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        Folder(std::env::temp_dir().join(format!("hamlet-objects-{:x}", random())))
    }

    fn files(&self) -> usize {
        let folders = std::fs::read_dir(self.0.join("bodies")).unwrap();
        folders.map(|it| std::fs::read_dir(it.unwrap().path()).unwrap().count()).sum()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn written(objects: &Objects, bytes: Vec<u8>) -> Written {
    let stream = futures_util::stream::iter([Ok(hyper::body::Bytes::from(bytes))]);
    objects.write(stream, Algorithm::Crc64Nvme).await.unwrap().unwrap()
}

async fn put(objects: &Objects, name: &str, bytes: &[u8], keep: Keep) -> Version {
    let written = written(objects, bytes.to_vec()).await;
    let object = Object { size: bytes.len() as u64, etag: hex(&written.md5), ..Object::default() };
    let (name, condition) = (name.to_owned(), Condition::default());
    let put = Put {
        bucket: BUCKET,
        name,
        keep,
        condition,
        now: NOW,
        object,
        written: Some(written),
        telling: None,
    };
    objects.put(put).await.unwrap()
}

async fn get(objects: &Objects, name: &str, id: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let (_, reading) = objects.read(BUCKET, name, id)?;
    Ok(bytes_of(objects, reading).await)
}

async fn bytes_of(objects: &Objects, reading: Reading) -> Vec<u8> {
    let chunks: Vec<_> = objects.clone().stream(reading).collect().await;
    chunks.into_iter().flat_map(|it| it.unwrap()).collect()
}

async fn delete(objects: &Objects, name: &str, id: Option<&str>, keep: Keep) -> Result<Deleted, Refusal> {
    let id = id.map(str::to_owned);
    let (name, condition) = (name.to_owned(), Condition::default());
    let (bypass, telling) = (false, None);
    objects.delete(Deletion { bucket: BUCKET, name, id, keep, condition, bypass, now: NOW, telling }).await
}

fn names(page: &Page<Version>) -> Vec<String> {
    let name = |it: &Listed<Version>| match it {
        Listed::Row { name, .. } => name.clone(),
        Listed::Prefix(prefix) => format!("{prefix}*"),
    };
    page.entries.iter().map(name).collect()
}

/// Numbers that are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[tokio::test]
async fn objects_do_as_a_map_does_and_are_there_after_a_restart() {
    let folder = Folder::new();
    let mut objects = Objects::open(&folder.0).unwrap();
    let mut map = BTreeMap::new();
    let mut chance = Chance(1);
    for step in 0..400_u64 {
        let name = format!("{}/{}", chance.below(4), "k".repeat(1 + chance.below(5) as usize));
        match chance.below(10) {
            0..6 => {
                let size = if chance.below(4) == 0 { 40_000 } else { 20 };
                let bytes = vec![step as u8; size];
                put(&objects, &name, &bytes, Keep::Nothing).await;
                map.insert(name, bytes);
            }
            6..8 => {
                delete(&objects, &name, None, Keep::Nothing).await.unwrap();
                map.remove(&name);
            }
            8 => assert_eq!(get(&objects, &name, None).await.ok(), map.get(&name).cloned()),
            _ => {
                drop(objects);
                objects = reopened(&folder).await;
            }
        }
    }
    let all = objects.list(BUCKET, &Listing { max: 1000, ..Listing::default() }).unwrap();
    assert_eq!(names(&all), map.keys().cloned().collect::<Vec<_>>());
    let large = map.values().filter(|it| it.len() > 20).count();
    assert_eq!(folder.files(), large, "space of what is gone is given back");
    for (name, bytes) in &map {
        assert_eq!(get(&objects, name, None).await.as_ref(), Ok(bytes));
    }
}

/// The thread of the one before may take a moment to let go of the index.
async fn reopened(folder: &Folder) -> Objects {
    for _ in 0..200 {
        match Objects::open(&folder.0) {
            Ok(objects) => return objects,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
    panic!("the index stays locked")
}

#[tokio::test]
async fn a_body_that_no_index_names_is_gone_after_the_next_start() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    put(&objects, "kept", &[1; 50_000], Keep::Nothing).await;
    // As a kill between the body and the index leaves it.
    std::mem::forget(written(&objects, vec![2; 50_000]).await);
    assert_eq!(folder.files(), 2);
    drop(objects);
    let objects = reopened(&folder).await;
    assert_eq!(folder.files(), 1);
    assert_eq!(get(&objects, "kept", None).await, Ok(vec![1; 50_000]));
    // Who gives up takes it along without a restart.
    drop(written(&objects, vec![2; 50_000]).await);
    assert_eq!(folder.files(), 1);
}

#[tokio::test]
async fn who_reads_reads_to_the_end_what_was_there_when_he_began() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    put(&objects, "a", &[1; 2_000_000], Keep::Nothing).await;
    let (_, reading) = objects.read(BUCKET, "a", None).unwrap();
    put(&objects, "a", &[2; 20_000], Keep::Nothing).await;
    delete(&objects, "a", None, Keep::Nothing).await.unwrap();
    assert_eq!(bytes_of(&objects, reading).await, vec![1; 2_000_000]);
    assert_eq!(folder.files(), 0);
}

#[tokio::test]
async fn versions_stay_behind_a_delete_marker_and_come_back() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    put(&objects, "a", b"null", Keep::Nothing).await;
    let one = put(&objects, "a", b"one", Keep::All).await.id.unwrap();
    let marker = delete(&objects, "a", None, Keep::All).await.unwrap();
    assert!(matches!(get(&objects, "a", None).await, Err(Refusal::DeleteMarker(_))));
    assert_eq!(get(&objects, "a", Some(&one)).await, Ok(b"one".to_vec()));
    assert_eq!(get(&objects, "a", Some("null")).await, Ok(b"null".to_vec()));
    assert!(names(&objects.list(BUCKET, &Listing { max: 9, ..Listing::default() }).unwrap()).is_empty());
    let gone = delete(&objects, "a", marker.version.as_deref(), Keep::All).await.unwrap();
    assert!(gone.is_marker);
    assert_eq!(get(&objects, "a", None).await, Ok(b"one".to_vec()));
    // While it is suspended, the null version is written again, and only that.
    put(&objects, "a", b"again", Keep::Former).await;
    assert_eq!(get(&objects, "a", Some("null")).await, Ok(b"again".to_vec()));
    let all = objects.list_versions(BUCKET, &Listing { max: 9, ..Listing::default() }).unwrap();
    assert_eq!(names(&all), ["a", "a"]);
    assert_eq!(get(&objects, "a", Some("nonsense")).await, Err(Refusal::InvalidVersion));
    let unknown = format!("{}A", &one[..31]);
    assert!(get(&objects, "a", Some(&unknown)).await == Err(Refusal::NoSuchVersion) || unknown == one);
}

#[tokio::test]
async fn lists_go_on_where_they_ended_and_show_a_common_prefix_once() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    let mut keys: Vec<String> = (0..30).map(|it| format!("{}/{}", it % 3, it)).collect();
    keys.extend(["top".to_owned(), "zz".to_owned()]);
    for key in &keys {
        put(&objects, key, b"", Keep::All).await;
        put(&objects, key, b"", Keep::All).await;
    }
    keys.sort();
    let page_by_page = |delimiter: Option<&str>, max| {
        let mut listing = Listing { delimiter: delimiter.map(str::to_owned), max, ..Listing::default() };
        let mut all = Vec::new();
        loop {
            let page = objects.list(BUCKET, &listing).unwrap();
            all.extend(names(&page));
            listing.after = match page.entries.last().unwrap() {
                Listed::Row { name, .. } => Some(Position::AfterKey(name.clone())),
                Listed::Prefix(prefix) => Some(Position::AfterKey(prefix.clone())),
            };
            if !page.is_truncated {
                return all;
            }
        }
    };
    for max in [1, 3, 1000] {
        assert_eq!(page_by_page(None, max), keys);
        assert_eq!(page_by_page(Some("/"), max), ["0/*", "1/*", "2/*", "top", "zz"]);
    }
}

#[tokio::test]
async fn an_upload_becomes_an_object_without_its_bytes_being_moved() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    let upload = Upload { begun: NOW, algorithm: None, composite: false, object: Object::default() };
    let id = objects.begin_upload(BUCKET, "a".to_owned(), upload).await.unwrap();
    let sizes = [5 << 20, 100_usize];
    let mut parts = Vec::new();
    for (number, size) in (1..).zip(sizes) {
        let written = written(&objects, vec![number as u8; size]).await;
        let part = objects.put_part(BUCKET, "a".to_owned(), id, number, written, NOW).await.unwrap();
        parts.push(NamedPart { number, etag: part.etag, checksum: None });
    }
    let completing = |parts: Vec<NamedPart>| Completing {
        bucket: BUCKET,
        name: "a".to_owned(),
        id,
        parts,
        keep: Keep::Nothing,
        condition: Condition::default(),
        checksum: None,
        now: NOW,
        telling: None,
    };
    let turned = parts.iter().rev().cloned().collect();
    assert_eq!(objects.complete_upload(completing(turned)).await, Err(Refusal::InvalidPartOrder));
    let missing = vec![NamedPart { number: 9, ..parts[0].clone() }];
    assert_eq!(objects.complete_upload(completing(missing)).await, Err(Refusal::InvalidPart));
    let made = objects.complete_upload(completing(parts)).await.unwrap().object.unwrap();
    assert!(made.etag.ends_with("-2"));
    let mut whole = vec![1; sizes[0]];
    whole.extend([2; 100]);
    assert_eq!(get(&objects, "a", None).await.as_ref(), Ok(&whole));
    assert_eq!(made.checksum.unwrap(), written(&objects, whole).await.checksum);
    assert_eq!(objects.abort_upload(BUCKET, "a".to_owned(), id).await, Err(Refusal::NoSuchUpload));
    delete(&objects, "a", None, Keep::Nothing).await.unwrap();
    assert_eq!(folder.files(), 0);
}

#[tokio::test]
async fn rules_end_what_is_due_at_the_midnight_behind_and_nothing_else() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    for name in ["tmp/a", "kept"] {
        put(&objects, name, b"", Keep::All).await;
        put(&objects, name, b"", Keep::All).await;
    }
    let rule = LifecycleRule {
        id: "tmp".to_owned(),
        enabled: true,
        prefix: "tmp/".to_owned(),
        expiration: Some(Expiration::Days(1)),
        noncurrent_days: Some(1),
        ..LifecycleRule::default()
    };
    let rules = [rule];
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    let midnight = NOW.saturating_add(day * 2).as_millis() / 86_400_000 * 86_400_000;
    let expire = |at| objects.expire(BUCKET, &rules, Keep::All, Timestamp(at));
    assert_eq!(expire(midnight - 1).await, Ok(0));
    assert_eq!(expire(midnight).await, Ok(2));
    let all = objects.list_versions(BUCKET, &Listing { max: 9, ..Listing::default() }).unwrap();
    assert_eq!(names(&all), ["kept", "kept", "tmp/a", "tmp/a"], "a marker, and the version behind it");
    assert_eq!(expire(midnight + 3 * 86_400_000).await, Ok(1), "that is a former one since a day and more");
    assert_eq!(expire(midnight + 3 * 86_400_000).await, Ok(1), "and its marker is alone then");
}

#[tokio::test]
async fn all_uploads_of_a_bucket_end_when_they_are_due_and_when_it_is_gone() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    let upload = Upload { begun: NOW, algorithm: None, composite: false, object: Object::default() };
    let mut begun = Vec::new();
    for number in 0..1_200 {
        begun.push(objects.begin_upload(BUCKET, format!("{number}"), upload.clone()));
    }
    let ids = futures_util::future::join_all(begun).await;
    let bytes = written(&objects, vec![1; 20_000]).await;
    let (last, id) = ("1199".to_owned(), *ids[1_199].as_ref().unwrap());
    objects.put_part(BUCKET, last, id, 1, bytes, NOW).await.unwrap();
    drop(objects);
    let objects = reopened(&folder).await;
    let left = || objects.list_uploads(BUCKET, &Listing { max: 2000, ..Listing::default() }).unwrap();
    let rule = |prefix: &str| LifecycleRule {
        enabled: true,
        prefix: prefix.to_owned(),
        abort_upload_days: Some(1),
        ..LifecycleRule::default()
    };
    let later = NOW.saturating_add(std::time::Duration::from_secs(3 * 24 * 60 * 60));
    assert_eq!(objects.expire(BUCKET, &[rule("11")], Keep::Nothing, later).await, Ok(111));
    assert_eq!((left().entries.len(), folder.files()), (1_089, 0));
    assert_eq!(objects.buckets(), Ok([BUCKET].into()));
    objects.forget(BUCKET + 1).await.unwrap();
    assert_eq!(left().entries.len(), 1_089);
    objects.forget(BUCKET).await.unwrap();
    assert!(left().entries.is_empty());
    assert_eq!(objects.buckets(), Ok([].into()));
}

#[tokio::test]
async fn what_is_left_of_a_bucket_that_is_gone_goes_with_its_bodies() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    for number in 0..150 {
        put(&objects, &format!("{number}"), &[1; 10], Keep::All).await;
    }
    put(&objects, "large", &[1; 50_000], Keep::All).await;
    delete(&objects, "large", None, Keep::All).await.unwrap();
    assert_eq!((objects.buckets(), folder.files()), (Ok([BUCKET].into()), 1));
    objects.forget(BUCKET).await.unwrap();
    assert_eq!((objects.buckets(), folder.files()), (Ok([].into()), 0));
    assert_eq!(objects.is_empty(BUCKET), Ok(true));
}

#[tokio::test]
async fn rules_leave_some_former_versions_and_move_large_ones() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    for size in [10, 20, 30, 200_000] {
        put(&objects, "a", &vec![1; size], Keep::All).await;
    }
    let moved = model::bucket::Transition {
        when: model::bucket::TransitionTime::Days(1),
        class: "GLACIER".to_owned(),
    };
    let rule = LifecycleRule {
        enabled: true,
        noncurrent_days: Some(1),
        noncurrent_kept: Some(1),
        transitions: vec![moved],
        ..LifecycleRule::default()
    };
    let later = NOW.saturating_add(std::time::Duration::from_secs(3 * 24 * 60 * 60));
    let rules = [rule];
    assert_eq!(objects.expire(BUCKET, &rules, Keep::All, later).await, Ok(3));
    let all = objects.list_versions(BUCKET, &Listing { max: 9, ..Listing::default() }).unwrap();
    let shown: Vec<_> = all
        .entries
        .iter()
        .filter_map(|it| match it {
            Listed::Row { row, .. } => row.object.as_ref().map(|it| (it.size, it.said.storage_class.clone())),
            Listed::Prefix(_) => None,
        })
        .collect();
    assert_eq!(shown, [(200_000, Some("GLACIER".to_owned())), (30, None)]);
    assert_eq!(objects.expire(BUCKET, &rules, Keep::All, later).await, Ok(0), "nothing is moved twice");
    let small =
        LifecycleRule { smaller_than: Some(100), expiration: Some(Expiration::Days(1)), ..rules[0].clone() };
    assert_eq!(objects.expire(BUCKET, &[small], Keep::All, later).await, Ok(0), "the current one is large");
}

/// Somebody who wants to hear of everything.
fn telling() -> Telling {
    let events =
        ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*", "s3:ObjectTagging:*"];
    let rule = Notification {
        id: "all".to_owned(),
        kind: Destination::Queue,
        arn: "arn:aws:sqs:eu-west-1:123456789012:jobs".to_owned(),
        events: events.map(str::to_owned).to_vec(),
        prefix: None,
        suffix: None,
    };
    Arc::new(Occasion {
        bucket: "logs".to_owned(),
        bucket_arn: "arn:aws:s3:::logs".to_owned(),
        owner: AccountId::DEFAULT,
        region: "eu-west-1".parse().unwrap(),
        rules: vec![rule],
        principal: "AWS:AIDA".to_owned(),
        address: "192.0.2.1".to_owned(),
        request_id: "1".to_owned(),
        host_id: "2".to_owned(),
        at: NOW,
    })
}

fn events(objects: &Objects) -> Vec<(String, String)> {
    let untold = objects.untold(100).unwrap().into_iter();
    let read = untold.map(|(_, notice)| {
        let body: serde_json::Value = serde_json::from_str(&notice.body).unwrap();
        let record = &body["Records"][0];
        let text = |it: &serde_json::Value| it.as_str().unwrap().to_owned();
        (text(&record["eventName"]), text(&record["s3"]["object"]["key"]))
    });
    read.collect()
}

async fn put_aloud(objects: &Objects, name: &str, condition: Condition) -> Result<Version, Refusal> {
    let written = written(objects, vec![1]).await;
    let object = Object { size: 1, etag: hex(&written.md5), ..Object::default() };
    let put = Put {
        bucket: BUCKET,
        name: name.to_owned(),
        keep: Keep::Nothing,
        condition,
        now: NOW,
        object,
        written: Some(written),
        telling: Some((Event::Put, telling())),
    };
    objects.put(put).await
}

#[tokio::test]
async fn what_is_to_be_told_is_there_after_a_restart_until_it_was_told() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    put_aloud(&objects, "a", Condition::default()).await.unwrap();
    let absent = Condition { is_absent: true, ..Condition::default() };
    assert!(put_aloud(&objects, "a", absent).await.is_err(), "of what was refused nobody hears");
    let tagged = objects.edit(BUCKET, "a".to_owned(), None, Some((Event::TaggingPut, telling())), |_| Ok(()));
    tagged.await.unwrap();
    for keep in [Keep::Nothing, Keep::Nothing, Keep::All] {
        let deletion = Deletion {
            bucket: BUCKET,
            name: "a".to_owned(),
            id: None,
            keep,
            condition: Condition::default(),
            bypass: false,
            now: NOW,
            telling: Some(telling()),
        };
        objects.delete(deletion).await.unwrap();
    }
    drop(objects);
    let objects = reopened(&folder).await;
    let names: Vec<String> = events(&objects).into_iter().map(|(name, _)| name).collect();
    // Nothing was there to be deleted the second time.
    let all = [
        "ObjectCreated:Put",
        "ObjectTagging:Put",
        "ObjectRemoved:Delete",
        "ObjectRemoved:DeleteMarkerCreated",
    ];
    assert_eq!(names, all);
    let numbers = objects.untold(3).unwrap().into_iter().map(|(number, _)| number).collect();
    objects.told(numbers).await.unwrap();
    drop(objects);
    assert_eq!(events(&reopened(&folder).await).len(), 1);
}

#[tokio::test]
async fn what_rules_end_is_told() {
    let folder = Folder::new();
    let objects = Objects::open(&folder.0).unwrap();
    put(&objects, "a", b"1", Keep::Nothing).await;
    let rule =
        LifecycleRule { enabled: true, expiration: Some(Expiration::Days(1)), ..LifecycleRule::default() };
    let name = BucketName::new(Partition::Commercial, "logs").unwrap();
    let region = "eu-west-1".parse().unwrap();
    let mut bits = || 7;
    let mut bucket = Bucket::new(&name, AccountId::DEFAULT, region, NOW, &mut Ids::new(&mut bits));
    (bucket.objects, bucket.lifecycle) = (BUCKET, vec![rule]);
    let later = NOW.saturating_add(std::time::Duration::from_secs(3 * 24 * 60 * 60));
    assert_eq!(objects.apply_lifecycle(&bucket, later, Some(&telling())).await, Ok(1));
    assert_eq!(events(&objects), [("LifecycleExpiration:Delete".to_owned(), "a".to_owned())]);
}
