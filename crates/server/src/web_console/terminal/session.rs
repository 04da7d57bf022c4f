//! One shell and the page that shows it, or none for a while.

use futures_util::{SinkExt, StreamExt};
use hyper::body::Bytes;
use russh::ChannelMsg;
use std::future::pending;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{self, Message};

use super::message::{Ended, FromPage, ToPage};
use super::output::Output;
use super::shell::{Shell, Size, Writer};
use super::{SignedIn, Socket, farewell, tell};

/// How long a shell waits for a page to come back.
const ALONE_MAX: Duration = Duration::from_secs(120);
/// How often it is looked whether whoever has it is still signed in.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a page may take to take a message before it counts as cut off.
const SEND_MAX: Duration = Duration::from_secs(20);
/// How many of the page's messages wait for the instance to take them. While there are as many, the page is not heard.
const INPUT_MAX: usize = 64;

/// A page that has come to a shell.
pub(super) struct Attached {
    pub(super) socket: Socket,
    /// How many bytes of what the shell has said it has.
    pub(super) from: u64,
    pub(super) size: Size,
}

/// What is on its way to the shell.
enum Input {
    Bytes(Bytes),
    Resize(Size),
}

/// What happens next.
enum Event {
    Shell(Option<ChannelMsg>),
    Page(Option<Result<Message, tungstenite::Error>>),
    Attached(Attached),
    Look,
    Alone,
}

/// A shell that runs, and who looks at it.
pub(super) struct Session {
    shell: Shell,
    page: Option<Socket>,
    attachments: mpsc::Receiver<Attached>,
    is_signed_in: SignedIn,
    input: mpsc::Sender<Input>,
    output: Output,
    /// When a shell that nobody looks at ends.
    alone_until: Instant,
}

impl Session {
    /// A shell with the page that has opened it.
    pub(super) fn new(
        mut shell: Shell,
        page: Socket,
        attachments: mpsc::Receiver<Attached>,
        is_signed_in: SignedIn,
    ) -> Session {
        let (input, from_page) = mpsc::channel(INPUT_MAX);
        if let Some(writer) = shell.writer.take() {
            tokio::spawn(write(writer, from_page));
        }
        let alone_until = Instant::now() + ALONE_MAX;
        Session {
            shell,
            page: Some(page),
            attachments,
            is_signed_in,
            input,
            output: Output::default(),
            alone_until,
        }
    }

    /// Carries bytes both ways until the shell ends, or nobody wants it any more.
    pub(super) async fn run(mut self) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let why = loop {
            let event = tokio::select! {
                message = self.shell.reader.wait(), if self.output.has_room() => Event::Shell(message),
                message = next(&mut self.page), if self.input.capacity() > 0 => Event::Page(message),
                Some(attached) = self.attachments.recv() => Event::Attached(attached),
                _ = look.tick() => Event::Look,
                () = sleep_until(self.alone_until), if self.page.is_none() => Event::Alone,
            };
            let end = match event {
                Event::Shell(message) => self.on_shell(message).await,
                Event::Page(message) => self.on_page(message),
                Event::Attached(attached) => self.on_attached(attached).await,
                Event::Look => (!(self.is_signed_in)()).then_some(Ended::SignedOut),
                Event::Alone => Some(Ended::Exited),
            };
            if let Some(why) = end {
                break why;
            }
        };
        if let Some(mut page) = self.page {
            farewell(&mut page, &ToPage::Ended { why }).await;
        }
    }

    async fn on_shell(&mut self, message: Option<ChannelMsg>) -> Option<Ended> {
        match message {
            Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                self.output.push(&data);
                self.send(Message::Binary(data)).await;
                None
            }
            Some(ChannelMsg::Close | ChannelMsg::ExitStatus { .. } | ChannelMsg::ExitSignal { .. }) => {
                Some(Ended::Exited)
            }
            Some(_) => None,
            None => Some(Ended::Broken),
        }
    }

    fn on_page(&mut self, message: Option<Result<Message, tungstenite::Error>>) -> Option<Ended> {
        match message {
            // There is room: otherwise it would not have been heard.
            Some(Ok(Message::Binary(bytes))) => drop(self.input.try_send(Input::Bytes(bytes))),
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(FromPage::Resize { size }) => drop(self.input.try_send(Input::Resize(size))),
                Ok(FromPage::Taken { bytes }) => self.output.saw(bytes),
                Ok(FromPage::Open { .. } | FromPage::Resume { .. } | FromPage::Pushed) | Err(_) => {}
            },
            // Whoever closes a page says goodbye, but so does a browser whose page is loaded anew.
            Some(Ok(Message::Close(_)) | Err(_)) | None => self.is_alone(),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
        }
        None
    }

    /// Shows the shell to a page that has come back to it. One that shows it already is told so.
    async fn on_attached(&mut self, attached: Attached) -> Option<Ended> {
        let Attached { socket, from, size } = attached;
        if let Some(mut before) = self.page.replace(socket) {
            tokio::spawn(
                async move { farewell(&mut before, &ToPage::Ended { why: Ended::Elsewhere }).await },
            );
        }
        let (from, rest) = self.output.since(from);
        self.output.saw(from);
        if let Some(page) = &mut self.page {
            tell(page, &ToPage::Resumed { from }).await;
        }
        if !rest.is_empty() {
            self.send(Message::Binary(rest.into())).await;
        }
        let _ = self.input.try_send(Input::Resize(size));
        None
    }

    /// Sends the page something; one that does not take it is cut off, and may come back.
    async fn send(&mut self, message: Message) {
        let Some(page) = &mut self.page else { return };
        if !matches!(timeout(SEND_MAX, page.send(message)).await, Ok(Ok(()))) {
            self.is_alone();
        }
    }

    fn is_alone(&mut self) {
        self.page = None;
        self.alone_until = Instant::now() + ALONE_MAX;
    }
}

/// What the page says next; while there is none, nothing.
async fn next(page: &mut Option<Socket>) -> Option<Result<Message, tungstenite::Error>> {
    match page {
        Some(page) => page.next().await,
        None => pending().await,
    }
}

/// Hands the shell what the page says. A program that does not read has it wait here, and nobody else.
async fn write(writer: Writer, mut input: mpsc::Receiver<Input>) {
    while let Some(input) = input.recv().await {
        let written = match input {
            Input::Bytes(bytes) => writer.data_bytes(bytes).await,
            Input::Resize(Size { columns, rows }) => {
                writer.window_change(columns.into(), rows.into(), 0, 0).await
            }
        };
        if written.is_err() {
            return;
        }
    }
}
