//! Asking for a tunnel: who asks, whether they may, and that they did. [`crate::tunnel`] carries it.
//!
//! No operation of the API opens tunnels, and so this is beside the life of a call: fewer steps, and the same ones.

use awsproto::sigv4::{self, SignatureError, SignedRequest};
use awsproto::trail::{Actor, Finished};
use awsproto::{AwsError, Call, Input, Principal, Service};
use ec2::instance_connect::tunnel;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming as Body};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response};

use crate::api::{Api, Client, headers_of, respond, signed_request};
use crate::authorization::{self, Asked, Asking, Ledger};
use crate::config::Instances;
use crate::tunnel::{self as carrier, Admitted};
use crate::{body, clock};

const SERVICE: &Service = &ec2::instance_connect::SERVICE;

impl Api {
    /// Opens a tunnel through an EC2 Instance Connect Endpoint, or says as its service why not.
    pub(crate) async fn open_tunnel(
        &self,
        client: &Client,
        request: Request<Body>,
        upgrade: OnUpgrade,
        request_id: &str,
    ) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        if let Some(refusal) = self.refusal(client, &head) {
            body::discard(body).await;
            self.refused.count(refusal.reason);
            return respond(refusal.reply(SERVICE, request_id), request_id);
        }
        let headers = headers_of(&head);
        let request = signed_request(&head, &headers);
        let admitted = self.identify_tunnel(client, &request, request_id).and_then(|call| {
            let admitted = self.admit_tunnel(&call, &request);
            self.record_tunnel(&call, &request, &admitted);
            admitted
        });
        match admitted {
            Ok(admitted) => admitted.open(upgrade, request_id),
            Err(error) => respond(error.render(SERVICE, request_id), request_id),
        }
    }

    /// Who asks for a tunnel, and where.
    fn identify_tunnel(
        &self,
        client: &Client,
        request: &SignedRequest<'_>,
        request_id: &str,
    ) -> Result<Call, AwsError> {
        let refused = |error: SignatureError| error.to_aws(SERVICE.protocol);
        let (world, now) = (self.state.snapshot(), clock::now());
        let authorization = sigv4::parse(request).map_err(refused)?;
        let caller =
            self.callers.identify(&world, request, &authorization, client.auth, now).map_err(refused)?;
        if authorization.scope.service != SERVICE.name {
            let sentence = format!("Credential should be scoped to correct service: '{}'.", SERVICE.name);
            return Err(refused(SignatureError::WrongScope(sentence)));
        }
        let scope = self.scope_of(&world, &caller, SERVICE, Some(&authorization.scope.region))?;
        let key = authorization.scope.access_key_id;
        self.uses.note(&world, &caller.principal, &key, (SERVICE.name, scope.region, now));
        Ok(self.call_of(caller, key, scope, request_id.to_owned(), client.origin, now))
    }

    fn admit_tunnel(&self, call: &Call, request: &SignedRequest<'_>) -> Result<Admitted, AwsError> {
        let world = self.state.snapshot();
        let asking = Asking { world: &world, standings: &self.standings, call, request };
        authorize(&self.ledger, asking)?;
        if self.config.instances == Instances::None {
            return Err(tunnel::without_machines());
        }
        carrier::admit(&world, &self.places, call, request)
    }

    fn record_tunnel(&self, call: &Call, request: &SignedRequest<'_>, admitted: &Result<Admitted, AwsError>) {
        let parameters = parameters(request);
        let bytes = parameters.to_string().len();
        let finished = Finished {
            request_id: call.request_id.clone(),
            actor: Actor::of(call),
            scope: call.scope,
            is_global: false,
            at: call.now,
            origin: call.origin,
            user_agent: request.header("user-agent").map(str::to_owned),
            service: SERVICE,
            operation: tunnel::OPERATION.to_owned(),
            is_write: true,
            input: Some(Input::Json(parameters)),
            outcome: admitted.as_ref().map(|_| None).map_err(AwsError::clone),
        };
        self.trail.record(finished, bytes);
    }
}

/// Whether a call may open the tunnel that it asks for. An account's root always may.
fn authorize(ledger: &Ledger, asking: Asking<'_>) -> Result<(), AwsError> {
    let Asking { world, call, request, .. } = asking;
    if matches!(call.principal, Principal::Root(_)) {
        return Ok(());
    }
    let touched = vec![tunnel::touched(world, call, request)];
    let questions = authorization::about(asking, &[tunnel::ACTION], touched);
    authorization::judge(ledger, Asked { call, service: SERVICE, operation: tunnel::OPERATION, questions })
}

/// What was asked for, as the audit trail has it.
fn parameters(request: &SignedRequest<'_>) -> serde_json::Value {
    let names = ["instanceConnectEndpointId", "privateIpAddress", "remotePort", "maxTunnelDuration"];
    let said =
        names.into_iter().filter_map(|name| Some((name.to_owned(), request.query_value(name)?.into())));
    serde_json::Value::Object(said.collect())
}
