//! The time server of the simulated internet, for instances that do not use their link's: NTP, as there.

use std::sync::Arc;
use tokio::net::UdpSocket;

use crate::clock;
use crate::datagrams;
use crate::refusals::{Refusals, Service};

/// One byte more than is read of a request; whatever is longer has extensions, which nobody needs.
const REQUEST_BYTES_MAX: usize = 128;

/// Answers requests, one after the other. An answer is as long as the least request: nobody gains by asking in another's
/// name.
pub(crate) async fn serve(socket: UdpSocket, refusals: Arc<Refusals>) {
    datagrams::serve(socket, REQUEST_BYTES_MAX, (Service::PublicTime, refusals), |_, request| {
        guest::time::answer(request, clock::now()).map(Vec::from)
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_is_told_the_time_and_noise_is_not_answered() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        tokio::spawn(serve(server, Arc::default()));
        let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut request = [0; 48];
        request[0] = 0x23;
        request[40..].copy_from_slice(b"transmit");
        client.send_to(b"noise", address).await.unwrap();
        client.send_to(&request, address).await.unwrap();
        let mut reply = [0; 512];
        let length = client.recv(&mut reply).await.unwrap();
        assert_eq!((length, reply[0], &reply[24..32]), (48, 0x24, &b"transmit"[..]));
    }
}
