//! What a user can type, and the help that explains it.

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use model::service_quota::{QuotaCode, ServiceQuota};
use server::oidc_issuer::OidcIssuer;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// A virtual private cloud on your own machine.
///
/// Hamlet answers the AWS APIs, so that `aws`, boto3 and Terraform work unmodified, and its packets are real: what AWS
/// would drop is dropped, and `hamlet trace` says why.
#[derive(Debug, Parser)]
#[command(
    name = "hamlet",
    bin_name = "hamlet",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Where the Hamlet keeps everything [default: $XDG_DATA_HOME/hamlet or ~/.local/share/hamlet].
    #[arg(long, global = true, env = "HAMLET_DATA", value_name = "DIR", hide_env = true)]
    pub(crate) data: Option<PathBuf>,
}

/// The commands. [`GROUPS`] is their order in the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start Hamlet; Ctrl-C stops it and everything it started
    Up(Up),
    /// Stop the running Hamlet
    Down,
    /// Show resources, instances, links and dropped packets
    Status(Output),
    /// Show what NAT gateways and interfaces count, under AWS's names: ErrorPortAllocation and others
    Metrics(Output),
    /// Print what to set so that `aws` talks to Hamlet: eval "$(hamlet env)"
    Env(Output),
    /// Open the web console in your browser, or print an address that lets you in once
    Console(Console),
    /// Show who is on the simulated internet; let strangers knock on public addresses, or stop them
    Internet(Internet),
    /// Run a command inside an instance, as its root; no network needed
    Exec(Exec),
    /// ssh to an instance from the laptop, through its public address
    Ssh(Ssh),
    /// ssh as EC2 Instance Connect does it: no key needed, and no public address where there is an endpoint
    Connect(Connect),
    /// Carry bytes to a private instance through an EC2 Instance Connect Endpoint
    OpenTunnel(OpenTunnel),
    /// Let a port of this machine lead to one of an instance, from the laptop: for your browser
    Forward(Forward),
    /// Your own terminal, or a command, on the internet side: AWS has its own names there; also `hamlet laptop`
    #[command(visible_alias = "laptop")]
    Shell(Shell),
    /// Follow a packet and its answer through every stage, without sending any
    Trace(Trace),
    /// Show who reached whom lately, and what was refused by which rule
    Flows(Flows),
    /// Say which policies were read about a call, and what in them denied it
    WhyDenied(WhyDenied),
    /// Write the packets of an instance or the laptop to a file for Wireshark or tcpdump
    Capture(Capture),
    /// Print the certificate that instance identity documents are signed with
    Certificate(Output),
    /// Forget every resource of every account
    Reset(Reset),
    /// List the API actions that this Hamlet has
    Actions(Actions),
}

/// How the help groups the commands.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Start and stop", &["up", "down", "status", "env", "console"]),
    ("Be somewhere", &["shell", "exec", "ssh", "connect", "forward", "open-tunnel"]),
    ("Find out why", &["trace", "flows", "why-denied", "capture", "metrics"]),
    ("Other", &["internet", "certificate", "reset", "actions"]),
];

const AFTER: &str = "\
INSTANCE is an instance ID or a Name tag. `hamlet COMMAND --help` says more.

First steps:
  hamlet up --detach && eval \"$(hamlet env)\"
  aws ec2 describe-vpcs

Exit codes:
  0    done                          3    no Hamlet runs with this data directory
  1    failed; one sentence says why 4    trace: the packet or its answer does not arrive
  2    wrong usage                   125  exec, ssh, connect, shell: the command was not started;
                                          otherwise its own exit code";

#[derive(Debug, Args)]
pub(crate) struct Actions {
    /// Those instead that answer that there are none, because none can be made here
    #[arg(long)]
    pub(crate) none: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 it was stopped; 1 it could not start or go on, one sentence says why.\nHAMLET_LOG=info shows more of what happens."
)]
pub(crate) struct Up {
    /// Where the API is served; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:4566", value_name = "ADDR:PORT")]
    pub(crate) listen: SocketAddr,
    /// The account of callers whose key is not known: twelve digits
    #[arg(long, default_value = "123456789012", value_name = "ID")]
    pub(crate) account: String,
    /// The Region that `hamlet env` sets
    #[arg(long, default_value = "us-east-1", value_name = "REGION")]
    pub(crate) region: String,
    /// Whose requests are answered
    #[arg(long, value_enum, default_value_t = Auth::Open)]
    pub(crate) auth: Auth,
    /// Another user of this machine whose requests `--auth open` answers, by name or number; may be said again
    #[arg(long, value_name = "USER")]
    pub(crate) allow_user: Vec<String>,
    /// A name by which clients speak to the API, beside addresses, localhost and AWS's own; may be said again
    #[arg(long, value_name = "NAME")]
    pub(crate) host_name: Vec<String>,
    /// What instances are made of
    #[arg(long, value_enum, default_value_t = Instances::Namespace)]
    pub(crate) instances: Instances,
    /// What becomes of an image id that is not in the catalogue
    #[arg(long, value_enum, default_value_t = UnknownImages::Run)]
    pub(crate) unknown_images: UnknownImages,
    /// How much there may be of something, for every account and Region: `vpcs-per-region=20`, or AWS's code for the
    /// quota, `L-F678F1CE=20`; may be said again
    #[arg(long, value_name = "NAME=N", value_parser = quota)]
    pub(crate) quota: Vec<(QuotaCode, u64)>,
    /// Where the keys of an identity provider are, whose tokens AssumeRoleWithWebIdentity takes:
    /// `https://issuer.example=jwks.json`, or `https://issuer.example=http://127.0.0.1:8080` for one that runs on this
    /// machine; may be said again
    ///
    /// Nobody else is ever asked for keys. docs/web-identity.md says more.
    #[arg(long, value_name = "ISSUER=KEYS")]
    pub(crate) oidc_issuer: Vec<OidcIssuer>,
    /// Let programs in instances make namespaces and mounts of their own, as containers need them
    ///
    /// It costs a barrier: a program in a user namespace of its own has every right in it, and with that reaches the
    /// kernel's code for mounts, file systems, networks and packet filters, in which most escapes from containers were
    /// found. Leave it out where you run what you do not trust. Parts of /proc stay covered, so that a new one cannot be
    /// mounted inside.
    #[arg(long)]
    pub(crate) nested_namespaces: bool,
    /// A file of hosts that the simulated internet has as well: their names and addresses, and what answers there
    ///
    /// docs/internet.md says what a file may say.
    #[arg(long, value_name = "FILE")]
    pub(crate) internet: Option<PathBuf>,
    /// How many seconds a minute of flow logs takes: their records come at the end of each, or of ten
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=60))]
    pub(crate) flow_log_minute: u64,
    /// Go on in the background; returns when the API answers, and logs to hamlet.log in the data directory
    #[arg(long)]
    pub(crate) detach: bool,
    /// We are the background.
    #[arg(long, hide = true)]
    pub(crate) in_background: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Auth {
    /// Yours and root's, whatever the key: one that nobody knows acts as the account's root (an access key ID of twelve
    /// digits chooses the account); signatures of known keys are verified. On loopback only
    Open,
    /// Everybody's who signs with a key that exists
    Strict,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Instances {
    /// Processes in namespaces of their own, with a real network link
    Namespace,
    /// Nothing: only the API, states change at once and no packet moves
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum UnknownImages {
    /// It runs the default content, so that scripts with AWS's image ids work
    Run,
    /// It does not exist, as on AWS
    Refuse,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Output {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Console {
    /// Print the address, also where there is a desktop to open it
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Exec {
    /// The instance: its ID or its Name tag
    pub(crate) instance: String,
    /// The instance's user that runs the command
    #[arg(long, short, default_value = "root")]
    pub(crate) user: String,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct Ssh {
    /// The private key; without it, your ssh agent's and default keys
    #[arg(short = 'i', value_name = "KEY")]
    pub(crate) identity: Option<PathBuf>,
    /// The instance: its ID or its Name tag; the user is its image's unless said
    #[arg(value_name = "[USER@]INSTANCE")]
    pub(crate) target: String,
    /// A command to run there; a shell otherwise
    #[arg(last = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// How to get there
    #[arg(long, value_enum, default_value_t = ConnectionType::Auto)]
    pub(crate) connection_type: ConnectionType,
    /// Through which EC2 Instance Connect Endpoint; otherwise through that of the instance's VPC
    #[arg(long, value_name = "ID")]
    pub(crate) instance_connect_endpoint_id: Option<String>,
    /// After how many seconds the endpoint ends the connection, at most
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) max_tunnel_duration: Option<u16>,
    /// The instance: its ID or its Name tag; the user is its image's unless said
    #[arg(value_name = "[USER@]INSTANCE")]
    pub(crate) target: String,
    /// A command to run there; a shell otherwise
    #[arg(last = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConnectionType {
    /// To the public address from the service's own; without one, through an endpoint
    Auto,
    /// To the public address
    Direct,
    /// To the private address, through an EC2 Instance Connect Endpoint
    Eice,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ssh -i key.pem -o ProxyCommand='hamlet open-tunnel --instance-id db' ec2-user@db
  hamlet open-tunnel --instance-id db --local-port 2222")]
pub(crate) struct OpenTunnel {
    /// The instance: its ID or its Name tag
    #[arg(long, value_name = "INSTANCE")]
    pub(crate) instance_id: Option<String>,
    /// Through which endpoint; otherwise through that of the instance's VPC
    #[arg(long, value_name = "ID")]
    pub(crate) instance_connect_endpoint_id: Option<String>,
    /// The address, if it is not the instance's first one; without an instance, say which endpoint
    #[arg(long, value_name = "ADDR")]
    pub(crate) private_ip_address: Option<IpAddr>,
    /// The port there: 22 or 3389
    #[arg(long, default_value_t = 22, value_name = "PORT")]
    pub(crate) remote_port: u16,
    /// Listen on this port of 127.0.0.1, and give each connection a tunnel; otherwise standard input and output have one
    #[arg(long, value_name = "PORT")]
    pub(crate) local_port: Option<u16>,
    /// After how many seconds the endpoint ends the tunnel, at most
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) max_tunnel_duration: Option<u16>,
    /// How many connections to the local port are served at once
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) max_websocket_connections: usize,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hamlet forward web 8080
  hamlet forward web 80:8000

A connection passes the data plane as one from the internet does, with the laptop's address; where one does not arrive,
what `hamlet trace` says is shown. Ctrl-C ends it.")]
pub(crate) struct Forward {
    /// The instance: its ID, its Name tag or its public address
    pub(crate) instance: String,
    /// The port there, and the one of 127.0.0.1 here if it is another; 0 takes a free one
    #[arg(value_name = "PORT[:LOCAL]")]
    pub(crate) port: Ports,
    /// How many connections there are at once
    #[arg(long, default_value_t = 128, value_name = "N")]
    pub(crate) max_connections: u16,
}

/// A port of an instance, and the one here that leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) remote: u16,
    pub(crate) local: u16,
}

impl FromStr for Ports {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = |text: &str| {
            text.parse::<u16>().map_err(|_| format!("'{text}' is no port: a port is a number up to 65535"))
        };
        let (remote, local) = text.split_once(':').unwrap_or((text, text));
        match (port(remote)?, port(local)?) {
            (0, _) => Err("nothing listens at port 0".to_owned()),
            (remote, local) => Ok(Ports { remote, local }),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hamlet shell
  hamlet shell -- aws ec2 describe-instances
  hamlet shell -- ansible-playbook site.yml

Files, programs and user are yours; the network, DNS and whom programs trust are those of your computer on the simulated
internet, where AWS's services answer to their own names. Without credentials or a Region of yours, those of `hamlet env`
are set. HAMLET_SHELL is 1, for prompts. Not there: this machine's own loopback, but for the API's port, and sudo, where
Hamlet runs as an ordinary user.")]
pub(crate) struct Shell {
    /// The command and its arguments; your shell otherwise
    #[arg(last = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hamlet trace laptop web tcp/22
  hamlet trace web db icmp
  hamlet trace db example.com tcp/80
  hamlet trace db example.com tcp/80 --by nat

What an instance does with a packet that is not addressed to it, the network does not know: then the last line says up to
where it does, and what is assumed from there.

Exit codes: 0 the packet and its answer arrive; 4 one of them does not; 1 and 3 as everywhere.")]
pub(crate) struct Trace {
    /// An instance, a network interface, an address, `laptop` or `example.com`
    pub(crate) from: String,
    /// The same
    pub(crate) to: String,
    /// tcp/PORT, udp/PORT, icmp, icmpv6 or a protocol number
    #[arg(value_name = "PROTO[/PORT]")]
    pub(crate) protocol: String,
    /// The port, if it does not stand behind the protocol
    pub(crate) port: Option<String>,
    /// Address it on the sender's link to this neighbour, as a route inside the sender to it does
    #[arg(long, value_name = "NEIGHBOUR")]
    pub(crate) by: Option<String>,
    /// Send it in parts
    #[arg(long)]
    pub(crate) fragmented: bool,
    /// How it is printed
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hamlet flows reject
  hamlet flows --follow web tcp/22
  hamlet flows 10.0.1.0/24 accept --json

A line is one way of one flow: who sent it to whom, how much, and the rule that let it in or refused it, as it was at that
moment. No flow log is needed; the last 4,096 are known, and how many there were before. Following tells every five seconds
how fast flows go on, those with most bytes first, and waits where Hamlet ends until it runs again.

All words of the filter must fit. A word is an address or a block, a port (22, tcp/22), tcp, udp, icmp, icmpv6 or proto/47,
accept or reject, a reason such as no-route, an identifier (i-, eni-, subnet-, sg-, acl-, rtb-, nat-, vpc- ...), the name of
an instance, a gateway or a group, laptop or internet. Of what has such a word for its name, take the identifier.

With --json each line is an object. `event` says of what: flow; count, how one goes on, by its number; missed and left_out,
how many are not there; ended and resumed.")]
pub(crate) struct Flows {
    /// What to show; everything without
    #[arg(value_name = "FILTER")]
    pub(crate) filter: Vec<String>,
    /// Go on as it happens, until Ctrl-C
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// How it is printed
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hamlet why-denied
  hamlet why-denied --allowed
  hamlet why-denied 8f1d3c6e-2a57-4a3c-9d0b-5f2c7c1e4b6a

Policies are asked about what users, roles and sessions do; the root of an account may do everything. What was decided is
remembered until Hamlet ends, a thousand refusals and a thousand calls that were allowed.")]
pub(crate) struct WhyDenied {
    /// The identifier of the request, as its answer has it; the last one that was denied without
    #[arg(value_name = "REQUEST-ID")]
    pub(crate) request_id: Option<String>,
    /// The last one that was allowed instead
    #[arg(long, conflicts_with = "request_id")]
    pub(crate) allowed: bool,
    /// How it is printed
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hamlet internet
  hamlet internet lively
  hamlet flows --follow reject

A lively internet is as the real one: strangers knock on each public address every ten seconds or so, so that flow logs have
something to refuse. It is quiet when Hamlet starts. Nothing ever comes from outside of this machine. `hamlet up --internet
FILE` adds hosts; docs/internet.md says how.")]
pub(crate) struct Internet {
    /// How it shall be from now on
    pub(crate) mood: Option<Mood>,
    /// How it is printed
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Mood {
    /// Nobody comes who was not asked
    Quiet,
    /// Strangers knock now and then
    Lively,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  hamlet capture web | tcpdump -nr -

Packets that were dropped carry the reason as their comment, which Wireshark shows.")]
pub(crate) struct Capture {
    /// An instance, a network interface (eni-…), `laptop`, `internet`, `aws` or `services`
    pub(crate) target: String,
    /// Where to; standard output otherwise
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Reads the command line; prints help or what is wrong with it, and ends, where there is nothing to do.
pub(crate) fn parse() -> Arguments {
    let matches = grouped(Arguments::command()).get_matches();
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The command with its subcommands listed by group, which clap itself cannot do.
fn grouped(command: clap::Command) -> clap::Command {
    let mut list = String::new();
    for (group, names) in GROUPS {
        list.push_str(&format!("{group}:\n"));
        for name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            list.push_str(&format!("  {name:<12} {about}\n"));
        }
        list.push('\n');
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}Options:\n{{options}}\n\n{AFTER}\n"
    ))
}

/// A quota and its number.
fn quota(text: &str) -> Result<(QuotaCode, u64), String> {
    let (name, number) = text.split_once('=').ok_or("write it as NAME=N")?;
    let number = number.parse().map_err(|_| format!("'{number}' is not a whole number"))?;
    match ServiceQuota::named(name) {
        Some(quota) => Ok((quota.code, number)),
        None => Err(format!("there is no quota '{name}': choose one of {}", quota_names().join(", "))),
    }
}

fn quota_names() -> Vec<String> {
    ServiceQuota::all().iter().map(ServiceQuota::typed_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_quota_is_named_as_people_type_it_or_by_its_code() {
        let vpcs = Ok((QuotaCode(0xF678_F1CE), 20));
        assert_eq!((quota("vpcs-per-region=20"), quota("L-F678F1CE=20")), (vpcs.clone(), vpcs));
        assert!(quota("vpcs=20").is_err_and(|it| it.contains("subnets-per-vpc")));
        assert!(quota("vpcs-per-region").is_err() && quota("vpcs-per-region=-1").is_err());
    }

    #[test]
    fn every_command_is_in_one_group_of_the_help() {
        let listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let command = Arguments::command();
        let visible = command.get_subcommands().filter(|it| !it.is_hide_set()).map(clap::Command::get_name);
        let mut visible: Vec<&str> = visible.collect();
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        visible.sort_unstable();
        assert_eq!(sorted, visible);
    }
}
