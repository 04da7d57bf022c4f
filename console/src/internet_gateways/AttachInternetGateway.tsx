import { AttachInternetGatewayCommand } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { readInternetGateways } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { VpcSelect } from "../forms/VpcSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { vpcOf } from "./attachment";

/** Attach to VPC: only VPCs that have no gateway are offered. */
export default function AttachInternetGateway({ id }: { id: string }) {
  const region = useRegion();
  const gateways = useReading(`internet_gateways/${region}`, () => readInternetGateways(region));
  const [vpc, setVpc] = useState("");
  const { problems, show } = useProblems<"vpc">();
  const taken = new Set(gateways.data?.map(vpcOf));
  const back = href(region, ["internet_gateways", id]);
  const check = () => show({ vpc: vpc ? undefined : "Select a VPC." });
  const submit = async () => {
    await ec2(region).send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpc }));
    succeed(`Internet gateway ${id} successfully attached to ${vpc}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Internet gateways", path: ["internet_gateways"] },
        { text: id, path: ["internet_gateways", id] },
      ]}
      title={`Attach to VPC (${id})`}
      crumb="Attach to VPC"
      button="Attach internet gateway"
      cancel={back}
      check={check}
      submit={submit}
    >
      <Container header={<Header variant="h2">VPC</Header>}>
        <SpaceBetween size="l">
          <VpcSelect
            label="Available VPCs"
            description="Attach the internet gateway to this VPC."
            vpc={vpc}
            choose={setVpc}
            problem={problems.vpc}
            only={(it) => !taken.has(it.VpcId)}
          />
          <ExpandableSection headerText="AWS Command Line Interface command">
            <Box variant="code">
              aws ec2 attach-internet-gateway --vpc-id "{vpc}" --internet-gateway-id "{id}" --region {region}
            </Box>
          </ExpandableSection>
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
