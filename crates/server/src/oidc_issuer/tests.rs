use super::*;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

const ISSUER: &str = "https://issuer.example";

fn issuer(keys: &str) -> Vec<OidcIssuer> {
    vec![format!("{ISSUER}={keys}").parse().unwrap()]
}

/// A provider that answers each path once it is asked for, and notes what it was asked.
async fn provider(answers: Vec<(&'static str, String)>) -> (SocketAddr, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let answer = answers.iter().find(|(known, _)| *known == path).map(|(_, answer)| answer.clone());
            let answer =
                answer.unwrap_or_else(|| "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned());
            seen.lock().unwrap().push(path);
            let _ = stream.write_all(answer.replace("HERE", &address.to_string()).as_bytes()).await;
        }
    });
    (address, asked)
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}")
}

fn discovery(issuer: &str, keys: &str) -> (&'static str, String) {
    ("/.well-known/openid-configuration", ok(&format!(r#"{{"issuer":"{issuer}","jwks_uri":"{keys}"}}"#)))
}

async fn asked_of(answers: Vec<(&'static str, String)>) -> (Result<Bytes, NoKeys>, Vec<String>) {
    let (address, asked) = provider(answers).await;
    let found = keys(&issuer(&format!("http://{address}")), ISSUER).await;
    let asked = asked.lock().unwrap().clone();
    (found, asked)
}

#[test]
fn only_a_file_or_a_provider_on_this_machine_can_be_named() {
    for right in [
        "jwks.json",
        "/etc/jwks.json",
        "http://localhost:8080",
        "http://127.1.2.3",
        "http://[::1]:80/realms/x",
    ] {
        assert!(format!("{ISSUER}={right}").parse::<OidcIssuer>().is_ok(), "{right}");
    }
    for wrong in [
        "",
        "https://127.0.0.1",
        "http://10.0.0.1",
        "http://example.com",
        "http://169.254.169.254/latest",
        "http://",
        "http://0.0.0.0:80",
        "http://localhost.example",
        "http://[::ffff:10.0.0.1]",
        "http://127.0.0.1@example.com/",
        "http://localhost?x=y",
    ] {
        assert!(format!("{ISSUER}={wrong}").parse::<OidcIssuer>().is_err(), "{wrong}");
    }
    assert!("http://issuer.example=jwks.json".parse::<OidcIssuer>().is_err());
    assert!(
        "https://=jwks.json".parse::<OidcIssuer>().is_err() && "jwks.json".parse::<OidcIssuer>().is_err()
    );
}

#[tokio::test]
async fn keys_are_found_by_either_of_a_providers_names() {
    for base in [ISSUER, "http://HERE"] {
        let answers = vec![discovery(base, &format!("{base}/keys?v=1")), ("/keys?v=1", ok("{}"))];
        let (found, asked) = asked_of(answers).await;
        assert_eq!(found.unwrap(), "{}");
        assert_eq!(asked, ["/.well-known/openid-configuration", "/keys?v=1"]);
    }
}

#[tokio::test]
async fn a_provider_below_a_path_is_asked_there() {
    let (address, asked) = provider(vec![
        (
            "/realms/x/.well-known/openid-configuration",
            ok(&format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{ISSUER}/keys"}}"#)),
        ),
        ("/realms/x/keys", ok("{}")),
    ])
    .await;
    assert!(keys(&issuer(&format!("http://{address}/realms/x/")), ISSUER).await.is_ok());
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_a_provider_says_leads_nowhere_else() {
    let elsewhere = [
        "http://example.com/keys",
        "https://issuer.example.com/keys",
        "http://HERE0/keys",
        "/keys",
        "file:///etc/passwd",
    ];
    for uri in elsewhere {
        let (found, asked) = asked_of(vec![discovery(ISSUER, uri), ("/keys", ok("{}"))]).await;
        assert_eq!((found, asked.len()), (Err(NoKeys::Nowhere), 1), "{uri}");
    }
    let (found, _) =
        asked_of(vec![discovery("https://other.example", "http://HERE/keys"), ("/keys", ok("{}"))]).await;
    assert_eq!(found, Err(NoKeys::Nowhere), "it speaks for another");
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://HERE/other\r\ncontent-length: 0\r\n\r\n".to_owned();
    let (found, asked) =
        asked_of(vec![discovery(ISSUER, "http://HERE/keys"), ("/keys", moved), ("/other", ok("{}"))]).await;
    assert_eq!((found, asked.len()), (Err(NoKeys::Nowhere), 2), "redirections are not followed");
}

#[tokio::test]
async fn an_answer_has_a_size_and_a_time() {
    let long = ok(&" ".repeat(DOCUMENT_BYTES_MAX + 1));
    let (found, _) = asked_of(vec![discovery(ISSUER, "http://HERE/keys"), ("/keys", long)]).await;
    assert_eq!(found, Err(NoKeys::NoAnswer));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = issuer(&format!("http://{}", silent.local_addr().unwrap()));
    let time = Duration::from_millis(50);
    assert_eq!(keys_within(time, &silent, ISSUER).await, Err(NoKeys::NoAnswer));
}

#[tokio::test]
async fn nobody_is_asked_who_is_not_named() {
    let (address, asked) = provider(vec![]).await;
    let other = keys(&issuer(&format!("http://{address}")), "https://other.example").await;
    assert_eq!((other, asked.lock().unwrap().len()), (Err(NoKeys::Nowhere), 0));
    assert_eq!(keys(&issuer("/nowhere/jwks.json"), ISSUER).await, Err(NoKeys::Nowhere));
    assert_eq!(keys(&issuer("/dev/zero"), ISSUER).await, Err(NoKeys::Nowhere));
}
