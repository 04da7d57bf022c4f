import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import type { Holder } from "../clients/identities";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { Loaded } from "../resources/Loaded";
import { SmallTable } from "../table/SmallTable";
import { detach } from "./attach";
import { KIND_OF, NOUN_OF } from "./holders";
import { readHolders } from "./read";

/** The tab Entities attached: who has a policy's permissions. */
export function EntitiesTab({ region, arn, name }: { region: string; arn: string; name: string }) {
  const holders = useReading(`policy_holders/${arn}`, () => readHolders(region, arn));
  const [detaching, setDetaching] = useState<Holder>();
  return (
    <Loaded things="Entities" reading={holders}>
      {(items) => (
        <>
          <SmallTable
            title="Entities attached"
            items={items}
            empty="It is attached to nobody."
            actions={<Button href={href(region, ["policies", arn, "attach"])}>Attach</Button>}
            columns={[
              {
                header: "Entity name",
                cell: ({ kind, name }) => <ResourceLink region={region} noun={NOUN_OF[kind]} id={name} />,
              },
              { header: "Entity type", cell: ({ kind }) => KIND_OF[kind] },
              {
                header: "Detach",
                cell: (holder) => (
                  <Button
                    variant="inline-link"
                    ariaLabel={`Detach from ${holder.name}`}
                    onClick={() => setDetaching(holder)}
                  >
                    Detach
                  </Button>
                ),
              },
            ]}
          />
          {detaching && (
            <ConfirmDialog
              title={`Detach from ${detaching.name}?`}
              button="Detach policy"
              close={() => setDetaching(undefined)}
              run={async () => {
                await detach(region, detaching, arn);
                succeed(`Policy ${name} detached from ${detaching.name}.`);
              }}
            >
              {detaching.name} loses the permissions that {name} gives.
            </ConfirmDialog>
          )}
        </>
      )}
    </Loaded>
  );
}
