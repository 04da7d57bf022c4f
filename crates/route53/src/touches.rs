//! Which hosted zones a call touches, and what conditions can be about. Follows "Actions, resources, and condition keys for
//! Amazon Route 53" (Service Authorization Reference) and "Using IAM policy conditions for fine-grained access control"
//! (Route 53 Developer Guide).

use awsproto::xml_reader::Element;
use awsproto::{Action, Call, Input, Touched};
use model::World;

/// Which VPCs a zone is to be seen in, or not any longer.
const VPCS: &str = "route53:VPCs";
/// What records a change is about: their names, types and what is done with them.
const RECORDS: [(&str, &[&str]); 3] = [
    ("route53:ChangeResourceRecordSetsNormalizedRecordNames", &["ResourceRecordSet", "Name"]),
    ("route53:ChangeResourceRecordSetsRecordTypes", &["ResourceRecordSet", "Type"]),
    ("route53:ChangeResourceRecordSetsActions", &["Action"]),
];

/// What a call touches: what it names, as `hostedzone` if nothing else is said; and `*` for one that is to be made.
pub(crate) fn touches(_: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let Ok(element) = input.xml() else { return Vec::new() };
    let asked = action.authorization;
    let kind = texts(element, &["ResourceType"]).next().unwrap_or("hostedzone");
    let kind = if asked.resource("change").is_some() { "change" } else { kind };
    let names = ["Id", "HostedZoneId", "ResourceId"].into_iter().flat_map(|name| texts(element, &[name]));
    let names = names.chain(texts(element, &["ResourceIds", "ResourceId"]));
    let arn = |name: &str| {
        // Answers have the path `/hostedzone/` in front of it, which a request may repeat.
        let name = name.rsplit('/').next().unwrap_or_default();
        call.partition().arn("route53", "", format_args!("{kind}/{name}"))
    };
    let mut touched: Vec<Touched> = match asked.resource(kind) {
        Some(_) => names.map(|name| Touched::new(arn(name), Some(call.scope.account))).collect(),
        None => Vec::new(),
    };
    if touched.is_empty() {
        touched.push(Touched::new("*".to_owned(), None));
    }
    for one in &mut touched {
        add_vpcs(one, action, element);
        add_records(one, action, element);
    }
    touched.extend(described_vpcs(action, element));
    touched
}

/// `VPCId=vpc-1a2b3c4d,VPCRegion=us-west-2`.
fn add_vpcs(touched: &mut Touched, action: &Action<World>, element: &Element) {
    let part = |name| texts(element, &["VPC", name]).next();
    if let (true, Some(id), Some(region)) =
        (action.authorization.keys.has(VPCS), part("VPCId"), part("VPCRegion"))
    {
        touched.add(VPCS, vec![format!("VPCId={id},VPCRegion={region}")]);
    }
}

fn add_records(touched: &mut Touched, action: &Action<World>, element: &Element) {
    for (key, path) in RECORDS.iter().filter(|(key, _)| action.authorization.keys.has(key)) {
        let path: Vec<&str> = ["ChangeBatch", "Changes", "Change"].iter().chain(*path).copied().collect();
        let mut values: Vec<String> =
            texts(element, &path).map(|text| normalized(path.last(), text)).collect();
        values.sort();
        values.dedup();
        touched.add(*key, values);
    }
}

/// Names are compared in lower case and without the dot at the end.
fn normalized(member: Option<&&str>, text: &str) -> String {
    match member == Some(&"Name") {
        true => text.trim_end_matches('.').to_lowercase(),
        false => text.to_owned(),
    }
}

/// Who makes a VPC see a zone must be allowed to look at VPCs.
fn described_vpcs(action: &Action<World>, element: &Element) -> Option<Touched> {
    const DESCRIBE: &str = "ec2:DescribeVpcs";
    let is_asked = action.authorization.dependent_actions.contains(&DESCRIBE);
    let has_vpc = texts(element, &["VPC", "VPCId"]).next().is_some();
    (is_asked && has_vpc).then(|| Touched::new("*".to_owned(), None).of_action(DESCRIBE))
}

/// The texts at a path, in all lists on the way.
fn texts<'e>(element: &'e Element, path: &[&str]) -> impl Iterator<Item = &'e str> + use<'e> {
    let mut found = vec![element];
    for step in path {
        found = found.iter().flat_map(|it| &it.children).filter(|child| child.name == *step).collect();
    }
    found.into_iter().map(|it| it.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use awsproto::{testing, xml_reader};

    const ZONE: &str = "arn:aws:route53:::hostedzone/Z111";

    #[test]
    fn a_zone_is_touched_whether_or_not_its_path_is_written() {
        for id in ["Z111", "/hostedzone/Z111"] {
            assert_eq!(touched("GetHostedZone", &format!("<a><Id>{id}</Id></a>"))[0].arn, ZONE);
        }
        let tagged = "<a><ResourceType>healthcheck</ResourceType><ResourceId>h</ResourceId></a>";
        assert_eq!(touched("ListTagsForResource", tagged)[0].arn, "arn:aws:route53:::healthcheck/h");
        assert_eq!(touched("GetChange", "<a><Id>/change/C1</Id></a>")[0].arn, "arn:aws:route53:::change/C1");
        assert_eq!(touched("ListHostedZones", "<a/>")[0].arn, "*");
    }

    #[test]
    fn a_change_says_which_records_it_is_about() {
        let change = "<a><Id>Z111</Id><ChangeBatch><Changes>\
            <Change><Action>UPSERT</Action><ResourceRecordSet><Name>WWW.Example.com.</Name><Type>A</Type></ResourceRecordSet></Change>\
            <Change><Action>UPSERT</Action><ResourceRecordSet><Name>db.example.com</Name><Type>A</Type></ResourceRecordSet></Change>\
            </Changes></ChangeBatch></a>";
        let changed = &touched("ChangeResourceRecordSets", change)[0];
        assert_eq!(changed.arn, ZONE);
        let names = changed.values("route53:ChangeResourceRecordSetsNormalizedRecordNames").unwrap();
        assert_eq!(names, ["db.example.com", "www.example.com"]);
        assert_eq!(changed.values("route53:ChangeResourceRecordSetsActions").unwrap(), ["UPSERT"]);
        assert_eq!(changed.values("route53:ChangeResourceRecordSetsRecordTypes").unwrap(), ["A"]);
    }

    #[test]
    fn a_vpc_is_looked_at_by_whoever_makes_it_see_a_zone() {
        let vpc =
            "<a><Name>x.</Name><VPC><VPCRegion>us-west-2</VPCRegion><VPCId>vpc-1a2b3c4d</VPCId></VPC></a>";
        let made = touched("CreateHostedZone", vpc);
        assert_eq!(made[0].values("route53:VPCs").unwrap(), ["VPCId=vpc-1a2b3c4d,VPCRegion=us-west-2"]);
        assert_eq!((made[0].arn.as_str(), made[1].action), ("*", Some("ec2:DescribeVpcs")));
    }

    fn touched(action: &str, body: &str) -> Vec<Touched> {
        let input = Input::Xml(xml_reader::parse(body).unwrap());
        let caller = testing::Caller::new(&API, "us-east-1");
        (API.touches)(&caller.world, &caller.call, API.find(action).unwrap(), &input)
    }
}
