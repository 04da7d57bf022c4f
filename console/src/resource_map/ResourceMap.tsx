import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useEffect, useRef, useState } from "react";
import { useRegion } from "../frame/places";
import { ResourceLink } from "../resources/cells";
import { type ColumnId, type MapGraph, type MapItem, wayThrough } from "./graph";
import { inOrder, type Layout, layoutOf, path } from "./layout";
import "./resource_map.css";

const TITLES: Record<ColumnId, { title: string; caption: string; isCounted: boolean }> = {
  vpc: { title: "VPC", caption: "Your virtual network", isCounted: false },
  subnets: { title: "Subnets", caption: "Parts of it, each in a zone", isCounted: true },
  route_tables: { title: "Route tables", caption: "Where packets go", isCounted: true },
  connections: { title: "Network connections", caption: "Ways to other networks", isCounted: true },
};

/** A VPC drawn in four columns. Whatever the pointer or the focus is on lights up with its way; a click keeps it lit. */
export function ResourceMap({ title, graph }: { title: string; graph: MapGraph }) {
  const region = useRegion();
  const [isDetailed, setDetailed] = useState(false);
  const [pointed, point] = useState<string>();
  const [chosen, choose] = useState<string>();
  const [frame, width] = useWidth();
  const layout = layoutOf(graph, width, isDetailed);
  const picked = graph.items.find((it) => it.id === chosen);
  const at = pointed ?? picked?.id;
  const way = at ? wayThrough(graph.lines, at) : undefined;
  const light = (isOnIt: (way: Set<string>) => boolean) => (way ? (isOnIt(way) ? "lit" : "faded") : "");
  return (
    <SpaceBetween size="m">
      <Header
        variant="h3"
        actions={
          <Toggle checked={isDetailed} onChange={({ detail }) => setDetailed(detail.checked)}>
            Show details
          </Toggle>
        }
      >
        {title}
      </Header>
      <div className="resource-map" ref={frame}>
        {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons that is no form's part */}
        <div
          className="resource-map-plane"
          style={{ width: layout.width, height: layout.height }}
          role="group"
          aria-label={title}
        >
          <Lines graph={graph} layout={layout} light={light} />
          <Cards graph={graph} layout={layout} />
          {layout.cards
            .flatMap(({ column }) => inOrder(graph, column))
            .map((item) => (
              <Item
                key={item.id}
                item={item}
                box={layout.items.get(item.id)}
                light={light((it) => it.has(item.id))}
                isDetailed={isDetailed}
                isChosen={item.id === chosen}
                choose={() => choose(item.id === chosen ? undefined : item.id)}
                point={point}
              />
            ))}
        </div>
      </div>
      {picked && <Chosen item={picked} region={region} close={() => choose(undefined)} />}
    </SpaceBetween>
  );
}

function Lines(props: {
  graph: MapGraph;
  layout: Layout;
  light: (isOnIt: (way: Set<string>) => boolean) => string;
}) {
  const { graph, layout, light } = props;
  return (
    <svg width={layout.width} height={layout.height} aria-hidden="true">
      {graph.lines.map(({ from, to, isTraffic }) => {
        const start = layout.items.get(from);
        const end = layout.items.get(to);
        if (!start || !end) return null;
        const lit = light((way) => way.has(from) && way.has(to));
        return (
          <path
            key={`${from} ${to}`}
            className={`${isTraffic ? "traffic" : ""} ${lit}`}
            d={path(start, end)}
          />
        );
      })}
    </svg>
  );
}

function Cards({ graph, layout }: { graph: MapGraph; layout: Layout }) {
  return (
    <>
      {layout.cards.map(({ column, x, y, width, height }) => {
        const { title, caption, isCounted } = TITLES[column];
        const count = graph.items.filter((it) => it.column === column).length;
        return (
          <div key={column} className="resource-map-card" style={{ left: x, top: y, width, height }}>
            <Box variant="strong">{isCounted ? `${title} (${count})` : title}</Box>
            <Box variant="small" color="text-body-secondary" display="block">
              {caption}
            </Box>
          </div>
        );
      })}
      {layout.zones.map(({ name, x, y, width }) => (
        <div key={name} className="resource-map-zone" style={{ left: x, top: y, width }}>
          {name}
        </div>
      ))}
    </>
  );
}

interface ItemProps {
  item: MapItem;
  box: { x: number; y: number; width: number; height: number } | undefined;
  light: string;
  isDetailed: boolean;
  isChosen: boolean;
  choose: () => void;
  point: (id: string | undefined) => void;
}

function Item({ item, box, light, isDetailed, isChosen, choose, point }: ItemProps) {
  const kind = item.isPublic === undefined ? "" : item.isPublic ? ", public" : ", private";
  return (
    <button
      type="button"
      className={`resource-map-item ${light}`}
      style={{ left: box?.x, top: box?.y, width: box?.width, height: box?.height }}
      title={item.text}
      aria-label={`${item.text}${kind}`}
      aria-pressed={isChosen}
      onClick={choose}
      onMouseEnter={() => point(item.id)}
      onMouseLeave={() => point(undefined)}
      onFocus={() => point(item.id)}
      onBlur={() => point(undefined)}
    >
      {item.isPublic !== undefined && (
        <span className={`resource-map-badge ${item.isPublic ? "public" : ""}`} aria-hidden="true">
          {item.zone?.at(-1)?.toUpperCase()}
        </span>
      )}
      <span className="resource-map-words">
        <span className="resource-map-text">{item.text}</span>
        {isDetailed && <span className="resource-map-note">{item.note}</span>}
      </span>
    </button>
  );
}

function Chosen({ item, region, close }: { item: MapItem; region: string; close: () => void }) {
  const { noun, id, text, facts } = item;
  return (
    <Container
      header={
        <Header
          variant="h3"
          actions={
            <Button variant="icon" iconName="close" ariaLabel="Close" formAction="none" onClick={close} />
          }
        >
          {text}
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[
          ...(noun ? [{ label: "ID", value: <ResourceLink region={region} noun={noun} id={id} /> }] : []),
          ...facts,
        ]}
      />
    </Container>
  );
}

/** The width that an element has, as it changes. */
function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width] as const;
}
