//! A service of the tests' own, called over TCP: what no service that there is asks of the steps yet.

use awsproto::action::{Action, Operation, Pages};
use awsproto::authorization::touches_nothing;
use awsproto::{
    AccessLevel, Api as ServiceApi, Authorization, AwsError, Beside, Call, Input, Output, Protocol, Service,
    read, write,
};
use model::{AccountId, Scope, World};
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::api::Api;
use crate::body::Bodies;
use crate::callers::Callers;
use crate::config::{Auth, Config, Instances};
use crate::credentials::AccessKey;
use crate::host_name::HostNames;
use crate::listener;
use crate::local_users::LocalUsers;
use crate::notification_signing::NotificationSigning;
use crate::spool::Spool;
use crate::trail::Trail;
use crate::writer::{Applied, State};

const STREAMED_BYTES_MAX: usize = 16 << 20;

static TOYBOX: Service = Service {
    name: "toybox",
    title: "Amazon Toybox",
    protocol: Protocol::Json11,
    api_version: "1",
    xml_namespace: "",
    target_prefix: "Toybox",
    known_operations: &["PutToy", "Tidy", "WatchTop"],
    routes: &[],
};

static API: ServiceApi<World> = ServiceApi {
    service: &TOYBOX,
    actions: ACTIONS,
    vacant: &[],
    tokens: &(),
    first_use: None,
    touches: touches_nothing,
};

static SERVICES: [&ServiceApi<World>; 1] = [&API];

static ACTIONS: &[Action<World>] = &[
    write!(PutToy, put).streams(STREAMED_BYTES_MAX),
    read!(Tidy, tidy),
    read!(WatchTop, watch).waits_out(is_spinning),
];

/// The top spins until the account has been used.
fn is_spinning(world: &World, scope: Scope, _: &Input) -> bool {
    world.scopes.values().all(|used| *used != scope)
}

fn watch(call: &mut Call, world: &World, (): ()) -> Result<String, AwsError> {
    let spinning = world.scopes.values().all(|used| *used != call.scope);
    Ok(if spinning { "spinning" } else { "fallen" }.to_owned())
}

/// Says what came: its length, and its first and last byte, read again.
fn put(call: &mut Call, _: &mut World, (): ()) -> Result<String, AwsError> {
    let body = call.body.as_ref().ok_or_else(|| AwsError::new("InternalError", "no body"))?;
    let mut ends = [0; 2];
    body.file.read_exact_at(&mut ends[..1], 0).unwrap();
    body.file.read_exact_at(&mut ends[1..], body.length as u64 - 1).unwrap();
    Ok(format!("{} bytes, {}", body.length, String::from_utf8_lossy(&ends)))
}

fn tidy(call: &mut Call, _: &World, (): ()) -> Result<String, AwsError> {
    Ok(format!("tidied for {}", call.principal_arn()))
}

mod op {
    use super::*;

    macro_rules! operation {
        ($($name:ident)*) => { $(
            pub(super) struct $name;
            impl Operation for $name {
                const NAME: &'static str = stringify!($name);
                const AUTHORIZATION: &'static Authorization = &Authorization::plain(
                    &[concat!("toybox:", stringify!($name))],
                    AccessLevel::Write,
                );
                const SERVICE: &'static Service = &TOYBOX;
                const CLIENT_TOKEN: Option<&'static str> = None;
                const PAGES: Option<Pages> = None;
                const REQUIRED: &'static [&'static str] = &[];
                const DRY_RUN: bool = false;
                type Request = ();
                type Response = String;
                fn decode(_: &Input) -> Result<(), AwsError> {
                    Ok(())
                }
                fn encode(response: &String) -> Output {
                    Output { body: format!("{{\"Said\":\"{response}\"}}"), ..Output::default() }
                }
            }
        )* };
    }
    operation! { PutToy Tidy WatchTop }
}

/// A Hamlet that has the toy box alone, and its data directory.
struct Lab {
    address: SocketAddr,
    data: PathBuf,
    state: State,
}

impl Lab {
    async fn new(name: &str) -> Lab {
        let data = std::env::temp_dir().join(format!("hamlet-life-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data).unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let config = Config {
            listen: address,
            data: data.clone(),
            account: model::AccountId::DEFAULT,
            region: "us-west-2".parse().unwrap(),
            auth: Auth::Open,
            allowed_users: Vec::new(),
            host_names: Vec::new(),
            instances: Instances::None,
            unknown_images: Default::default(),
            quotas: Default::default(),
            oidc_issuers: Vec::new(),
            flow_log_minute: std::time::Duration::from_secs(60),
            nesting: Default::default(),
            internet: guest::internet::Internet::simulated(),
            aws_cli: None,
            program: PathBuf::new(),
        };
        let store = store::Redb::open(&data, store::Options::new(model::upgrade::FORMAT)).unwrap();
        let root = AccessKey::of(&data, config.account).unwrap();
        let api = Api {
            callers: Callers::of(&config, &root),
            host_names: HostNames::of(&config.host_names).unwrap(),
            services: &SERVICES,
            descriptions: vec![&TOYBOX],
            state: State::open(Arc::new(store), Default::default(), config.region).unwrap(),
            consoles: Default::default(),
            places: Default::default(),
            refused: Default::default(),
            bodies: Bodies::new(),
            ledger: Arc::default(),
            standings: Default::default(),
            spool: Spool::new(&data),
            trail: Trail::kept_in(&data),
            uses: Arc::default(),
            s3: None,
            notifications: Arc::new(NotificationSigning::kept_in(&config.data)),
            beside: Beside::default(),
            entrance: Arc::default(),
            terminals: Default::default(),
            namespaces: Default::default(),
            config: config.clone(),
        };
        let state = api.state.clone();
        tokio::spawn(listener::accept(socket, LocalUsers::of(&config), Arc::new(api)));
        Lab { address, data, state }
    }

    /// Sends the head of a request, a part of its body, and no more; the answer's status and body, if there is one.
    async fn ask(&self, operation: &str, declared: usize, sent: &[u8]) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let now = crate::clock::now();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nX-Amz-Target: Toybox.{operation}\r\nX-Amz-Date: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/{}/us-west-2/toybox/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={}\r\nContent-Length: {declared}\r\nConnection: close\r\n\r\n",
            self.address,
            now.basic(),
            now.basic_date(),
            "0".repeat(64),
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // Whoever is refused early may be cut off while it still sends.
        let _ = stream.write_all(sent).await;
        if sent.len() < declared {
            let _ = stream.shutdown().await;
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some((head.get(9..12)?.parse().ok()?, body.to_owned()))
    }

    /// The files of the data directory.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.data).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streamed_body_is_on_disk_when_its_action_is_called_and_gone_afterwards() {
    let lab = Lab::new("streamed").await;
    let before = lab.files();
    let mut body = vec![b'x'; STREAMED_BYTES_MAX];
    *body.last_mut().unwrap() = b'z';
    body[0] = b'a';
    let (status, said) = lab.ask("PutToy", body.len(), &body).await.unwrap();
    assert_eq!((status, said.as_str()), (200, r#"{"Said":"16777216 bytes, az"}"#));
    assert_eq!(lab.files(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_longer_than_its_action_allows_is_refused_and_nothing_is_kept() {
    let lab = Lab::new("long").await;
    let before = lab.files();
    let body = vec![b'x'; 2 * STREAMED_BYTES_MAX];
    let (status, said) = lab.ask("PutToy", body.len(), &body).await.unwrap();
    assert_eq!(status, 413, "{said}");
    assert!(said.contains("must not exceed 16777216 bytes"), "{said}");
    let (status, said) = lab.ask("Tidy", (4 << 20) + 1, &body[..(4 << 20) + 1]).await.unwrap();
    assert_eq!(status, 413, "the others of a service have bodies as short as ever: {said}");
    assert_eq!(lab.files(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_in_the_middle_leaves_nothing_and_others_go_on() {
    let lab = Lab::new("stopped").await;
    let before = lab.files();
    for _ in 0..100 {
        let answer = lab.ask("PutToy", 1 << 20, &[b'x'; 1000]).await;
        if let Some((status, said)) = answer {
            assert_eq!(status, 400, "{said}");
            assert!(said.contains("IncompleteBody"), "{said}");
        }
    }
    assert_eq!(lab.files(), before);
    let (status, said) = lab.ask("Tidy", 0, b"").await.unwrap();
    assert_eq!((status, said.as_str()), (200, r#"{"Said":"tidied for arn:aws:iam::123456789012:root"}"#));
}

const WATCHED: &str = r#"{"Said":"fallen"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_what_is_passing_is_held_until_it_has_passed() {
    let lab = Lab::new("passing").await;
    let began = Instant::now();
    let asked = async { lab.ask("WatchTop", 0, b"").await.unwrap() };
    let falls = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let mut ids = crate::clock::ids();
        let used = move |world: &mut World| {
            world.ensure_scope(scope, &mut model::Ids::new(&mut || ids.hex17()));
            (Applied::Keep, ())
        };
        lab.state.change(used).await.unwrap();
    };
    let ((status, said), ()) = tokio::join!(asked, falls);
    assert_eq!((status, said.as_str()), (200, WATCHED));
    assert!(began.elapsed() >= Duration::from_millis(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_pass_soon_is_told_as_it_is_and_other_questions_are_not_held() {
    let lab = Lab::new("not-passing").await;
    let began = Instant::now();
    let (_, said) = lab.ask("WatchTop", 0, b"").await.unwrap();
    assert_eq!(said, r#"{"Said":"spinning"}"#);
    assert!(began.elapsed() >= Duration::from_millis(200), "it was worth a little patience");
    // More than there is room for: the others are answered at once, and none waits for another.
    let began = Instant::now();
    let many = (0..200).map(|_| lab.ask("WatchTop", 0, b""));
    let answers = futures_util::future::join_all(many).await;
    assert!(answers.iter().flatten().all(|(status, _)| *status == 200));
    assert!(began.elapsed() < Duration::from_secs(20), "200 in turns of 200 ms would be 40 s");
}

/// Who reads the architecture reads the order, too.
#[test]
fn the_documentation_has_the_steps_in_their_order() {
    let names: Vec<&str> = super::LIFE.iter().map(|step| step.name).collect();
    let line = format!("LIFE   {}\n", names.join(", "));
    assert!(include_str!("../../../../ARCHITECTURE.md").contains(&line), "ARCHITECTURE.md lacks: {line}");
}
