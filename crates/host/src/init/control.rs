//! What the daemon asks a running instance: interfaces that come and go, and to look for addresses that do.

use std::net::SocketAddr;

use super::{AFTER_ATTACHING, Init};
use crate::channel::{self, Report, Request};
use crate::sys;

impl Init<'_> {
    pub(super) fn answer_daemon(&mut self) {
        let Ok(Some((request, _))) = channel::receive::<Request>(self.control) else {
            // The daemon has gone, and with it the network: the power fails.
            sys::exit_now(1);
        };
        let answered = match self.carry_out(request) {
            Ok(()) => channel::send(self.control, &Report::Done, &[]),
            Err(what) => channel::send(self.control, &Report::Failed(what), &[]),
        };
        if answered.is_err() {
            sys::exit_now(1);
        }
    }

    fn carry_out(&mut self, request: Request) -> Result<(), String> {
        match request {
            Request::Attach(link) => {
                self.console.print(&format!("{}: attached", link.name));
                self.start_interface(&link.name, &link);
                self.secondary.look_in(AFTER_ATTACHING);
                Ok(())
            }
            Request::Detach(name) => {
                let netlink = &self.netlink;
                self.interfaces
                    .extract_if(.., |it| it.name() == name)
                    .for_each(|gone| gone.clean_up(netlink));
                self.console.print(&format!("{name}: detached"));
                Ok(())
            }
            Request::Renew => {
                self.renew();
                Ok(())
            }
            Request::ListenTcp(address) | Request::BindUdp(address) => Err(refusal(address)),
            Request::SocketTcp { remote, .. } => Err(refusal(remote)),
        }
    }
}

fn refusal(address: SocketAddr) -> String {
    format!("an instance's sockets are its own ({address})")
}
