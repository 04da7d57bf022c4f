//! What is on a connection's way and counts its packets, as one small number.
//!
//! A packet on the fast path must not search for the gateways that it passes. Its connection knows the number of their list;
//! connections with the same list share it.

use model::NatGatewayId;

/// A list of NAT gateways that connections pass, by its number; zero for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WaypointsId(u32);

impl WaypointsId {
    /// Its place in tables that have one for each list. `None` for the empty list.
    #[inline(always)]
    pub(crate) fn place(self) -> Option<usize> {
        (self.0 as usize).checked_sub(1)
    }
}

/// All lists that connections have, and how many have each.
#[derive(Debug, Default)]
pub(crate) struct Waypoints {
    lists: Vec<List>,
}

#[derive(Debug, Default)]
struct List {
    gateways: Box<[NatGatewayId]>,
    /// Connections that have it. Without any its number is given out again.
    users: u32,
}

impl Waypoints {
    /// The number for these gateways, in their order, for one more connection.
    pub(crate) fn enter(&mut self, gateways: impl Iterator<Item = NatGatewayId> + Clone) -> WaypointsId {
        if gateways.clone().next().is_none() {
            return WaypointsId::default();
        }
        let same = |list: &List| list.users > 0 && list.gateways.iter().copied().eq(gateways.clone());
        let known = self.lists.iter().position(same);
        let unused = || self.lists.iter().position(|list| list.users == 0);
        let at = known.or_else(unused).unwrap_or_else(|| {
            self.lists.push(List::default());
            self.lists.len() - 1
        });
        if known.is_none() {
            self.lists[at].gateways = gateways.collect();
        }
        self.lists[at].users += 1;
        WaypointsId(u32::try_from(at + 1).expect("fewer lists of gateways than connections"))
    }

    /// One connection less has this number. Returns whether it was the last.
    pub(crate) fn leave(&mut self, id: WaypointsId) -> bool {
        let Some(list) = id.place().and_then(|at| self.lists.get_mut(at)) else { return false };
        list.users -= 1;
        list.users == 0
    }

    /// How many lists there are.
    pub(crate) fn len(&self) -> usize {
        self.lists.len()
    }

    /// The gateways of the list at a place.
    pub(crate) fn gateways(&self, place: usize) -> &[NatGatewayId] {
        self.lists.get(place).map_or(&[], |list| &list.gateways)
    }
}
