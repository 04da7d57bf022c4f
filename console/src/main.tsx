import "@cloudscape-design/global-styles/index.css";
import { createRoot } from "react-dom/client";
import { Console } from "./Console";
import { followColourMode } from "./frame/colour_mode";

followColourMode();
const page = document.getElementById("page");
if (page) createRoot(page).render(<Console />);
