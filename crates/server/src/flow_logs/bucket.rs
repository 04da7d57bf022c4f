//! Records go to buckets: a compressed file every five minutes, of text or in Parquet, as whose service the bucket's policy lets it.
//!
//! Follows "Flow log files" (VPC User Guide). As on AWS, what was not written into a file yet when the run ends is lost.

use flate2::Compression;
use flate2::write::GzEncoder;
use flowlog::{Format, ParquetFile};
use model::flow_log::{DeliveryProblem, FlowLog, FlowLogDestination, FlowLogFileFormat};
use model::{FlowLogId, Timestamp};
use s3::objects::Refusal;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use super::FlowLogs;
use super::known::Known;
use super::written::Written;
use crate::clock;

/// How many minutes a file has.
const MINUTES: u32 = 5;
/// "The maximum file size for a log file is 75 MB. If the log file reaches the file size limit within the 5-minute period, the
/// flow log stops adding flow log records to it."
const FILE_BYTES_MAX: usize = 75 << 20;

/// The files that are being written.
pub(super) struct Files {
    slot_ms: i64,
    open: BTreeMap<FlowLogId, File>,
}

/// A file that is complete.
pub(super) struct File {
    log: Arc<FlowLog>,
    /// When its five minutes began.
    slot: Timestamp,
    content: Content,
    /// How long its records are as text.
    written: usize,
    /// How many records it has, and at how many interfaces there were more.
    pub(super) counts: (u64, u64),
}

/// What is in a file.
enum Content {
    /// Lines, of which the first names the fields.
    Text(GzEncoder<Vec<u8>>),
    /// Columns.
    Parquet(Box<ParquetFile>),
}

impl Files {
    pub(super) fn new(minute: Duration) -> Files {
        let slot_ms = i64::try_from((minute * MINUTES).as_millis()).unwrap_or(i64::MAX).max(1);
        Files { slot_ms, open: BTreeMap::new() }
    }

    /// Adds what a flow log has to say of a window. Gives the files that are complete with it.
    pub(super) fn add(&mut self, log: &Arc<FlowLog>, start: Timestamp, written: &Written) -> Vec<File> {
        let slot = Timestamp(start.0.div_euclid(self.slot_ms) * self.slot_ms);
        let mut complete = Vec::new();
        if let Some(before) = self.open.remove(&log.id) {
            match before.slot == slot && before.written < FILE_BYTES_MAX {
                true => drop(self.open.insert(log.id, before)),
                false => complete.push(before),
            }
        }
        let file = self.open.entry(log.id).or_insert_with(|| File::new(Arc::clone(log), slot));
        for (_, line) in written.lines.values().flatten() {
            file.put(line);
        }
        file.counts.0 += written.records;
        file.counts.1 += written.skipped;
        complete
    }

    /// The files of flow logs that are gone.
    pub(super) fn take_gone(&mut self, known: &Known) -> Vec<File> {
        let gone: Vec<_> = self.open.keys().filter(|id| !known.rows.contains_key(id)).copied().collect();
        gone.iter().filter_map(|id| self.open.remove(id)).collect()
    }
}

impl File {
    fn new(log: Arc<FlowLog>, slot: Timestamp) -> File {
        let format = log.settings.format.parse::<Format>().unwrap_or_default();
        let content = match &log.settings.destination {
            FlowLogDestination::S3 { file_format: FlowLogFileFormat::Parquet, .. } => {
                Content::Parquet(Box::new(ParquetFile::new(&format)))
            }
            FlowLogDestination::S3 { .. } | FlowLogDestination::CloudWatchLogs { .. } => {
                Content::text(&format)
            }
        };
        File { log, slot, content, written: 0, counts: (0, 0) }
    }

    fn put(&mut self, line: &str) {
        match &mut self.content {
            Content::Text(bytes) => put_line(bytes, line),
            Content::Parquet(file) => file.put(line),
        }
        self.written += line.len() + 1;
    }

    /// Its key below the destination's folder: `AWSLogs/…/vpcflowlogs/us-west-2/2026/11/30/…log.gz`.
    fn key(&self, hash: u32) -> Option<String> {
        let FlowLogDestination::S3 { file_format, hive_compatible_partitions, per_hour_partition, .. } =
            &self.log.settings.destination
        else {
            return None;
        };
        let ending = match file_format {
            FlowLogFileFormat::PlainText => "log.gz",
            FlowLogFileFormat::Parquet => "log.parquet",
        };
        let folder = self.log.files_folder()?;
        let (account, region) = (self.log.scope.account, self.log.scope.region);
        // `20261130T034600Z`
        let time = self.slot.basic();
        let (year, month, day, hour, minute) =
            (&time[..4], &time[4..6], &time[6..8], &time[9..11], &time[11..13]);
        let hour_of = |name: &str| if *per_hour_partition { format!("{name}{hour}/") } else { String::new() };
        let place = match hive_compatible_partitions {
            true => format!(
                "aws-service=vpcflowlogs/aws-region={region}/year={year}/month={month}/day={day}/{}",
                hour_of("hour=")
            ),
            false => format!("vpcflowlogs/{region}/{year}/{month}/{day}/{}", hour_of("")),
        };
        let id = self.log.id;
        Some(format!(
            "{folder}{place}{account}_vpcflowlogs_{region}_{id}_{year}{month}{day}T{hour}{minute}Z_{hash:08x}.{ending}"
        ))
    }
}

impl Content {
    fn text(format: &Format) -> Content {
        let mut bytes = GzEncoder::new(Vec::new(), Compression::default());
        put_line(&mut bytes, &format.header());
        Content::Text(bytes)
    }

    /// The whole file.
    fn finish(self) -> Result<Vec<u8>, DeliveryProblem> {
        match self {
            Content::Text(bytes) => bytes.finish().map_err(|_| DeliveryProblem::Unknown),
            Content::Parquet(file) => Ok(file.finish()),
        }
    }
}

fn put_line(bytes: &mut GzEncoder<Vec<u8>>, line: &str) {
    // Memory takes what it is given.
    let _ = bytes.write_all(line.as_bytes()).and_then(|()| bytes.write_all(b"\n"));
}

impl FlowLogs {
    /// Writes a file into its bucket.
    pub(super) async fn to_bucket(&self, file: File) -> (Arc<FlowLog>, Result<(), DeliveryProblem>) {
        let log = Arc::clone(&file.log);
        let delivered = self.write_file(file).await;
        (log, delivered)
    }

    async fn write_file(&self, file: File) -> Result<(), DeliveryProblem> {
        let Some(s3) = &self.s3 else { return Err(DeliveryProblem::Unknown) };
        let hash = u32::from_ne_bytes(clock::random());
        let (Some(name), Some(key)) = (file.log.bucket_name(), file.key(hash)) else {
            return Err(DeliveryProblem::Unknown);
        };
        let world = self.state.snapshot();
        let bucket = world.buckets.get(&name).ok_or(DeliveryProblem::Access)?;
        if !file.log.may_write(bucket, &key) {
            return Err(DeliveryProblem::Access);
        }
        let id = file.log.id;
        let bytes = file.content.finish()?;
        s3.deliver(&name, key, "application/octet-stream", bytes).await.map_err(|error: Refusal| {
            tracing::warn!(flow_log = %id, ?error, "a file of records was not stored");
            DeliveryProblem::Unknown
        })
    }
}
