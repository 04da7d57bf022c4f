import { createContext, useContext } from "react";
import type { Session } from "../session/session";
import type { Route } from "./route";

/** What every page may ask: where it is, and for whom. */
export interface Place {
  route: Route;
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
