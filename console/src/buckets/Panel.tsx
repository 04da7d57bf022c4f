import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";
import type { Reading } from "../clients/reading";
import { Permitted } from "./Permitted";

interface Props<T> {
  title: string;
  description?: string;
  actions?: ReactNode;
  /** What is done by reading it, and the action that has to be allowed. */
  doing: string;
  permission: string;
  reading: Reading<T>;
  children: (data: T) => ReactNode;
}

/** One of a bucket's settings: each is read for itself, and each may be refused. */
export function Panel<T>({ title, description, actions, ...permitted }: Props<T>) {
  return (
    <Container
      header={
        <Header variant="h3" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <Permitted things={title} {...permitted} />
    </Container>
  );
}
