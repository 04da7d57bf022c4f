//! A journey goes on: from place to place, through the stages at each interface, until the packet arrives or dies.

use model::Direction;

use crate::drop_reason::DropReason;
use crate::journey::{Arrival, Crossing, Journey, Place, Site, Step};
use crate::stage::Stage;
use crate::stages::{self, Decide};
use crate::targets;

/// More places than any packet needs: from an interface by a NAT gateway and the internet to another VPC's interface.
const PLACES_MAX: usize = 16;

impl<'a> Journey<'a, '_> {
    /// Goes from place to place until the packet arrives or dies.
    pub fn run(&mut self, start: Place<'a>) -> Arrival {
        let mut place = start;
        for _ in 0..PLACES_MAX {
            let step = match place {
                Place::Leaving(site) => self.pass(Direction::Egress, site, Crossing::within(&site)),
                Place::Entering(site, crossing) => self.pass(Direction::Ingress, site, crossing),
                Place::At(target, crossing) => {
                    self.stage = targets::stage(target);
                    targets::reach(self, target, crossing)
                }
                Place::Translating(gateway, site) => {
                    self.stage = Stage::NatGateway;
                    targets::nat_gateway::translate(self, gateway, site)
                }
                Place::Internet => {
                    self.stage = Stage::Internet;
                    self.left = None;
                    targets::internet::cross(self)
                }
                Place::Arrived(port) => return Arrival::At(port),
            };
            match step {
                Step::Go(next) => place = next,
                Step::Drop(reason) => {
                    debug_assert!(reason.stages().contains(&self.stage), "{reason} at {}", self.stage);
                    return Arrival::Dropped(reason);
                }
                Step::Continue => unreachable!("the last stage of a list always decides"),
            }
        }
        self.stage = Stage::Journey;
        self.deny(None, DropReason::RoutingLoop, String::new);
        Arrival::Dropped(DropReason::RoutingLoop)
    }

    fn pass(&mut self, direction: Direction, site: Site<'a>, crossing: Crossing<'a>) -> Step<'a> {
        let list = match direction {
            Direction::Egress => stages::EGRESS,
            Direction::Ingress => stages::INGRESS,
        };
        let came_as = self.packet.flow;
        let step = self.ask(list, site, crossing);
        if !self.network().flow_logs.is_empty() {
            self.observe(direction, site, came_as, &step);
        }
        step
    }

    fn ask(&mut self, list: &[(Stage, Decide)], site: Site<'a>, crossing: Crossing<'a>) -> Step<'a> {
        for (stage, decide) in list {
            self.stage = *stage;
            match decide(self, site, crossing) {
                Step::Continue => {}
                decided @ (Step::Go(_) | Step::Drop(_)) => return decided,
            }
        }
        unreachable!("the last stage of a list always decides")
    }
}
