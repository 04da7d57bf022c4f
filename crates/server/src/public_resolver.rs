//! The resolver of the simulated internet, for instances that do not use their VPC's: public names, over UDP.
//!
//! The laptop's questions never come here; they are answered on its link. Left out: TCP, which nothing here needs, since
//! no public name has a long answer.

use guest::{Asker, PublicNames, Transport, resolver};
use std::sync::Arc;
use tokio::net::UdpSocket;

use crate::writer::State;

/// More than any query over UDP has.
const QUERY_BYTES_MAX: usize = 4096;

/// Answers queries, one after the other.
pub async fn serve(socket: UdpSocket, state: State, names: Arc<PublicNames>) {
    let mut bytes = [0; QUERY_BYTES_MAX];
    loop {
        let Ok((length, asker)) = socket.recv_from(&mut bytes).await else { continue };
        let (world, asked_by) = (state.snapshot(), Asker::Internet { source: asker.ip() });
        if let Some(reply) = resolver::answer(&world, asked_by, &names, &bytes[..length], Transport::Udp) {
            // Whoever does not hear the answer asks again.
            let _ = socket.send_to(&reply, asker).await;
        }
    }
}
