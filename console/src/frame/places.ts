import { createContext, useContext } from "react";
import type { Session } from "../session/session";
import type { Menu } from "./menu";
import type { Route } from "./route";

/** What every page may ask: where it is, in which service's console, and for whom. */
interface Place {
  route: Route;
  menu: Menu;
  session: Session;
}

export const PlaceContext = createContext<Place | undefined>(undefined);

export function usePlace(): Place {
  const place = useContext(PlaceContext);
  if (!place) throw new Error("pages are shown inside of the console");
  return place;
}

export function useRegion(): string {
  return usePlace().route.region;
}
