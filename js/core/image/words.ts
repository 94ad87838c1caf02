// Every word that only the widget of pictures says.
import { counted, percent, short, whole } from "../format";
import { inLanguage } from "../language";

const english = {
  title: "Image explanation",

  // stage
  stage: "Photo with heat map",
  stageHelp:
    "Arrow keys move the cursor, with Shift ten pixels at a time. Enter fits the colours to the value under the cursor. Plus, minus and 0 zoom. Escape leaves the cursor. With the brush, Space paints.",
  stageLabel: (method: string, label: string) => `Photo with the ${method} map for ${label}`,
  stageEmpty: "Photo, no map yet",
  inspect: "Inspect",
  brush: "Brush",
  pointerMode: "Pointer",
  zoomFit: "Fit the photo",
  zoom: (zoom: number) => `${Math.round(zoom * 100)}%`,
  zoomHint: "Ctrl + wheel or two fingers zoom, drag moves",
  layout: "Layout",
  layouts: { single: "Single", curtain: "Curtain", beside: "Side by side", disagreement: "Disagreement" },
  layoutHints: (layout: "single" | "curtain" | "beside" | "disagreement", comparing: boolean) => {
    if (layout === "single") return "The map alone";
    if (layout === "disagreement")
      return comparing ? "Where the two methods rank a pixel differently" : "Choose a method to compare with first";
    const what = comparing ? "the two methods" : "the photo with the map";
    return layout === "curtain" ? `Compare ${what} by a handle you can drag` : `Compare ${what} side by side`;
  },
  curtainHandle: "Curtain position",
  original: "Original",
  disagreementLabel: (a: string, b: string) => `Photo with the difference in rank between ${a} and ${b}`,

  // read-out
  readOutHint:
    "Point at the map, or focus it and use the arrow keys, to read values. Click to fit the colours to a value.",
  meanAround: "mean around this pixel",
  noNumber: "not a number",
  rank: (rank: number, of: number) => `rank ${whole(rank)} of ${whole(of)}`,
  percentile: (share: number) => `above ${percent(share)}`,
  position: (x: number, y: number) => `x ${x}, y ${y}`,
  outside: "outside the model's view",

  // legend
  rescaled: (scale: number) => `Colours fitted to ±${short(scale)}`,
  rescaleReset: "Reset",

  // two methods
  agreementOver: (pixels: number) => `over ${whole(pixels)} pixels`,
  agreementSmoothed: "as smoothed",
  differenceHint:
    "Point at the map, or focus it and use the arrow keys, to read where each method places a pixel among all: 0 lowest, 100 highest.",

  // reading
  reading: "Reading the map",
  massHint: "Keeps the strongest pixels that together hold this share of the map's total |value|",
  kept: (share: number, pixels: number, all: number) => `${percent(share)} in ${whole(pixels)} of ${whole(all)} pixels`,
  smoothing: "Smoothing",
  smoothingHint:
    "Reads each pixel as the mean around it. Moves evidence by a few pixels, adds and loses none; 0 shows each pixel as it is",
  smoothingAt: (sigma: number) => (sigma === 0 ? "off" : `${short(sigma)} px`),
  smoothingChosen: (sigma: number): string =>
    sigma > 0 ? "Automatic: this map is speckle without it" : "Automatic: this map is smooth by itself",
  smoothingAuto: "Back to automatic",

  // editing
  editing: "Change the photo",
  radius: "Brush radius",
  fill: "Brush fill",
  fills: { mean: "Mean colour", blur: "Blur", noise: "Noise", colour: "Colour" } as Record<string, string>,
  colour: "Brush colour",
  pixels: "px",
  strokes: counted("brush stroke"),
  covered: "Regions found by the search are covered",

  // search
  searchSay: "Finds what would have to be different in the photo on show for another answer.",
  searchWay: "Way",
  ways: {
    cover: "Cover regions",
    other: "Take over regions of another photo",
    smooth: "Softly change colours",
    latent: "Change the decoder's code",
  },
  waySentences: {
    cover: "Finds the fewest regions that have to be hidden.",
    other: "Finds the fewest cells that have to show what another photo shows there.",
    smooth:
      "Follows gradients among soft changes of colour. What blur, a little noise or JPEG undoes was noise made for this model, and is not shown.",
    latent: "Follows gradients among the pictures that the decoder makes, from the one it makes of this photo's code.",
  },
  wayClosed: (way: string, reason: string) => `${way}: ${reason}`,
  other: "Other photo",
  otherChoose: "Choose a file",
  otherNone: "One of another class: none is chosen yet.",
  otherReading: "Reading",
  otherPython: "given in Python",
  otherSays: (name: string, label: string) => `${label} to the model (${name})`,
  otherBad: (name: string) => `${name} cannot be read as a picture, or is larger than 50 MB.`,
  searchAnyOther: "the other photo's",
  searchFill: "Hide by",
  searchMost: "Regions at most",
  searchShow: "Show this photo",
  searchBeside: "Show before and after, side by side",
  before: "Before",
  beforeDecoded: "Before, as the decoder makes it",
  after: "After",
  changed: "Difference",
  times: (count: number) => (count === 1 ? "as strong as it is" : `${count} times as strong`),
  searchMoved: (label: string, before: string, after: string) => `${label} ${before} → ${after}`,
  searchRegions: (count: number, area: number) =>
    `${count === 1 ? "1 region" : `${count} regions`}, ${percent(area)} of the photo`,
  searchStrength: (distance: number, area: number) =>
    `changed by ${percent(distance)} on average, most in ${percent(area)} of the photo`,
  searchSurvives: (copies: number) => `stays in ${copies} of 3 copies that look the same`,
  searchSurvivesHint: "Slightly blurred, with a little noise, and compressed as a JPEG file is",
};

export type ImageWords = typeof english;

export const imageWords = inLanguage("image", english);
