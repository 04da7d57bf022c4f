import type { ServiceDetail } from "@aws-sdk/client-ec2";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import PropertyFilter from "@cloudscape-design/components/property-filter";
import Table from "@cloudscape-design/components/table";
import { isAwaited, useReading } from "../clients/reading";
import { useRegion } from "../frame/places";
import { Unread } from "../resources/Unread";
import { readServices } from "./read";

const PAGE_SIZE = 10;

/** A service, by one of the types of endpoints that it has. */
export interface Service {
  id: string;
  name: string;
  owner: string;
  type: string;
}

const COLUMNS = [
  { key: "name", header: "Service Name", cell: (it: Service) => it.name },
  { key: "owner", header: "Owner", cell: (it: Service) => it.owner },
  { key: "type", header: "Type", cell: (it: Service) => it.type },
] as const;

interface Props {
  chosen: Service | undefined;
  choose: (service: Service | undefined) => void;
  problem: string | undefined;
}

/** All services of AWS's that an endpoint can be made for; one is chosen. */
export function ServicesTable({ chosen, choose, problem }: Props) {
  const region = useRegion();
  const services = useReading(`endpoint-services/${region}`, () => readServices(region));
  const all = (services.data ?? []).flatMap(rows);
  const { items, collectionProps, propertyFilterProps, filteredItemsCount, paginationProps } = useCollection(
    all,
    {
      propertyFiltering: {
        filteringProperties: COLUMNS.map(({ key, header }) => ({
          key,
          propertyLabel: header,
          groupValuesLabel: `${header} values`,
          operators: ["=", "!=", ":", "!:"] as const,
        })),
        noMatch: "No service is called that",
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: {},
    },
  );
  return (
    <Table
      {...collectionProps}
      variant="container"
      trackBy="id"
      items={items}
      loading={isAwaited(services)}
      loadingText="Loading services"
      empty={
        services.failure ? (
          <Unread things="Services" failure={services.failure} refresh={services.refresh} />
        ) : (
          "No services"
        )
      }
      selectionType="single"
      selectedItems={chosen ? [chosen] : []}
      onSelectionChange={({ detail }) => choose(detail.selectedItems[0])}
      ariaLabels={{
        tableLabel: "Services",
        selectionGroupLabel: "Selection of a service",
        itemSelectionLabel: (_, it) => `Select ${it.name}, ${it.type}`,
      }}
      header={
        <Header variant="h2" counter={`(${all.length})`}>
          Services
        </Header>
      }
      filter={
        <>
          <PropertyFilter
            {...propertyFilterProps}
            countText={`${filteredItemsCount ?? 0} matches`}
            filteringPlaceholder="Find services by attribute"
            filteringAriaLabel="Find services by attribute"
            expandToViewport
          />
          {problem && <Alert type="error">{problem}</Alert>}
        </>
      }
      pagination={<Pagination {...paginationProps} />}
      columnDefinitions={COLUMNS.map(({ key, header, cell }) => ({
        id: key,
        header,
        cell,
        sortingField: key,
      }))}
    />
  );
}

function rows({ ServiceName = "", Owner = "", ServiceType = [] }: ServiceDetail): Service[] {
  return ServiceType.flatMap(({ ServiceType: type }) =>
    type ? { id: `${ServiceName}/${type}`, name: ServiceName, owner: Owner, type } : [],
  );
}
