//! S3 alone, for `tests/s3`: one account, whose root asks. `alone FOLDER` prints the port that it listens on.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use awsproto::delivery::Courier;
use model::partition::Partition;
use model::place::AccountId;
use model::timestamp::Timestamp;
use model::world::World;
use s3::objects::Objects;
use s3::service::{S3Service, Visit};
use s3::surroundings::{Asked, Asker, Caller, NotChanged, Surroundings, WorldChange};
use s3s::{S3Error, S3ErrorCode, S3Result};

struct Alone {
    world: Mutex<World>,
    file: PathBuf,
}

impl Alone {
    fn open(file: PathBuf) -> Alone {
        let stored = std::fs::read(&file).unwrap_or_else(|_| b"[]".to_vec());
        let records: Vec<(String, String)> = serde_json::from_slice(&stored).expect("it wrote that itself");
        let rows = records.iter().map(|(key, value)| (key.as_str(), value.as_bytes()));
        let world = World::load(0, rows).expect("it wrote them itself");
        Alone { world: Mutex::new(world), file }
    }

    fn store(&self, world: &World) -> std::io::Result<()> {
        let text = |it: Vec<u8>| String::from_utf8(it).expect("rows are JSON");
        let records = world.records().into_iter().filter_map(|it| Some((it.key, text(it.value?))));
        let next = self.file.with_extension("next");
        std::fs::write(&next, serde_json::to_vec(&records.collect::<Vec<_>>())?)?;
        std::fs::File::open(&next)?.sync_all()?;
        std::fs::rename(&next, &self.file)
    }
}

#[async_trait]
impl Surroundings for Alone {
    fn world(&self) -> Arc<World> {
        Arc::new(self.world.lock().expect("nobody panics with it").clone())
    }

    async fn change(&self, change: WorldChange) -> Result<(), NotChanged> {
        let mut world = self.world.lock().expect("nobody panics with it");
        if let Err(refusal) = change(&mut world) {
            world.roll_back();
            return Err(NotChanged::Refused(refusal));
        }
        world.commit();
        self.store(&world).map_err(|it| NotChanged::NotStored(it.to_string()))
    }

    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn bits(&self) -> u128 {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the kernel has randomness");
        u128::from_be_bytes(bytes)
    }

    fn courier(&self) -> Option<Arc<dyn Courier>> {
        None
    }
}

struct Root;

impl Asker for Root {
    fn secret(&self, access_key: &str) -> S3Result<String> {
        let unknown = "The AWS Access Key Id you provided does not exist in our records.";
        match access_key {
            "AKIAALONE" => Ok("secret".to_owned()),
            _ => Err(S3Error::with_message(S3ErrorCode::InvalidAccessKeyId, unknown)),
        }
    }

    fn authorize(&self, asked: &Asked<'_>) -> S3Result<Caller> {
        let denied = || S3Error::with_message(S3ErrorCode::AccessDenied, "Access Denied");
        asked.access_key.ok_or_else(denied)?;
        let header = asked.headers.get("authorization").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let query = asked.uri.query().unwrap_or_default().replace("%2F", "/");
        let scope =
            [header, &query].into_iter().find_map(|it| it.split_once("Credential=")).map(|(_, it)| it);
        let named = scope.and_then(|it| it.split('/').nth(2)).unwrap_or("us-east-1");
        Ok(Caller {
            account: AccountId::DEFAULT,
            arn: "arn:aws:iam::123456789012:root".to_owned(),
            region: named.parse().map_err(|_| denied())?,
            user_id: Some("123456789012".to_owned()),
            address: "127.0.0.1".to_owned(),
        })
    }
}

fn visit() -> Visit {
    let request_id = format!("{:016X}", std::process::id());
    Visit { asker: Arc::new(Root), partition: Partition::Commercial, request_id }
}

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    std::fs::create_dir_all(&folder).expect("a folder that can be made");
    let objects = Objects::open(&folder.join("objects")).expect("objects that can be opened");
    let service = S3Service::new(objects, Arc::new(Alone::open(folder.join("world.json"))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("it is bound").port());
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let service = service.clone();
        tokio::spawn(async move {
            let answer = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let service = service.clone();
                async move { Ok::<_, Infallible>(service.answer(request.map(s3s::Body::from), visit()).await) }
            });
            let server = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
            // A client that breaks off is its own affair.
            let _ = server.serve_connection(hyper_util::rt::TokioIo::new(stream), answer).await;
        });
    }
}
