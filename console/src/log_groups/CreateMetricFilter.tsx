import { PutMetricFilterCommand, type StandardUnit } from "@aws-sdk/client-cloudwatch-logs";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Failure } from "../clients/failure";
import { logs } from "../clients/logs";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { TextField } from "../forms/TextField";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { TestPattern } from "./TestPattern";

const UNITS: StandardUnit[] = [
  "None",
  "Count",
  "Bytes",
  "Seconds",
  "Milliseconds",
  "Percent",
  "Count/Second",
];

interface Typed {
  pattern: string;
  name: string;
  namespace: string;
  metric: string;
  value: string;
  otherwise: string;
}

/** Create metric filter: which events are counted, tried out on events first, and under which name. */
export default function CreateMetricFilter({ id }: { id: string }) {
  const region = useRegion();
  const [typed, setTyped] = useState<Typed>({
    pattern: "",
    name: "",
    namespace: "",
    metric: "",
    value: "1",
    otherwise: "",
  });
  const [unit, setUnit] = useState<StandardUnit>("None");
  const { problems, show, place, forget } = useProblems(fieldOf);
  const change = (field: keyof Typed) => (text: string) => {
    setTyped((before) => ({ ...before, [field]: text }));
    forget(field);
  };
  const back = href(region, ["log_groups", id], { tab: "metric-filters" });
  const check = () =>
    show({
      name: typed.name.trim() ? undefined : "Type a name.",
      namespace: typed.namespace.trim() ? undefined : "Type a namespace.",
      metric: typed.metric.trim() ? undefined : "Type a metric's name.",
      value: typed.value.trim() ? undefined : "Type a number, or a field such as $bytes.",
      otherwise: Number.isNaN(Number(typed.otherwise)) ? "Type a number, or nothing." : undefined,
    });
  const submit = async () => {
    await logs(region).send(
      new PutMetricFilterCommand({
        logGroupName: id,
        filterName: typed.name.trim(),
        filterPattern: typed.pattern,
        metricTransformations: [
          {
            metricNamespace: typed.namespace.trim(),
            metricName: typed.metric.trim(),
            metricValue: typed.value.trim(),
            defaultValue: typed.otherwise.trim() ? Number(typed.otherwise) : undefined,
            unit,
          },
        ],
      }),
    );
    succeed(`Metric filter "${typed.name.trim()}" has been created.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Log groups", path: ["log_groups"] },
        { text: id, path: ["log_groups", id] },
      ]}
      title="Create metric filter"
      button="Create metric filter"
      cancel={back}
      check={check}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Define pattern</Header>}>
        <SpaceBetween size="l">
          <TextField
            label="Filter pattern"
            description='Words, or fields: [version, account, eni, source, destination, srcport, destport="22", …, action="REJECT", status]. Without one all events are counted.'
            value={typed.pattern}
            change={change("pattern")}
            problem={problems.pattern}
          />
          <TestPattern region={region} group={id} pattern={typed.pattern} />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Assign metric</Header>}>
        <SpaceBetween size="l">
          <TextField label="Filter name" value={typed.name} change={change("name")} problem={problems.name} />
          <TextField
            label="Metric namespace"
            description="What metrics of the same kind have in common."
            value={typed.namespace}
            change={change("namespace")}
            problem={problems.namespace}
          />
          <TextField
            label="Metric name"
            value={typed.metric}
            change={change("metric")}
            problem={problems.metric}
          />
          <TextField
            label="Metric value"
            description="What is added for an event that matches: a number, or a field of the pattern such as $bytes."
            value={typed.value}
            change={change("value")}
            problem={problems.value}
          />
          <TextField
            label="Default value – optional"
            description="What is told for a minute in which no event matches."
            value={typed.otherwise}
            change={change("otherwise")}
            problem={problems.otherwise}
          />
          <FormField label="Unit – optional">
            <Select
              selectedOption={{ value: unit, label: unit }}
              options={UNITS.map((it) => ({ value: it, label: it }))}
              onChange={({ detail }) => setUnit((detail.selectedOption.value ?? "None") as StandardUnit)}
            />
          </FormField>
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

function fieldOf({ message }: Failure): keyof Typed | undefined {
  if (/filterPattern|filter pattern/i.test(message)) return "pattern";
  if (/filterName/.test(message)) return "name";
  if (/metricNamespace/.test(message)) return "namespace";
  if (/metricName/.test(message)) return "metric";
  if (/defaultValue/.test(message)) return "otherwise";
  return /metricValue/.test(message) ? "value" : undefined;
}
