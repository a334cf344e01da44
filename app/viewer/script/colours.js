// Colours of the theme that the page has at the moment, and mixtures of them.

/** Red, green, blue of a CSS colour: #rgb, #rrggbb or rgb(...). */
function rgb(colour) {
  const text = colour.trim();
  if (text.startsWith("#")) {
    const digits = text.length < 7 ? [...text.slice(1, 4)].map((digit) => digit + digit).join("") : text.slice(1, 7);
    return [0, 2, 4].map((start) => parseInt(digits.slice(start, start + 2), 16));
  }
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

function mix(first, second, share) {
  const [a, b] = [rgb(first), rgb(second)];
  return `rgb(${a.map((value, i) => Math.round(value + share * (b[i] - value))).join(",")})`;
}

function withAlpha(colour, alpha) {
  return `rgba(${rgb(colour).join(",")},${alpha})`;
}

/** What is drawn in which colour, from the variables that Streamlit gives its components. */
function palette(element, sideColours) {
  const style = getComputedStyle(element);
  const variable = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const background = variable("--st-background-color", "#ffffff");
  const text = variable("--st-text-color", "#31333f");
  const [red, green, blue] = rgb(background);
  const dark = red + green + blue < 384;
  const neutral = dark ? "#8d96a3" : "#c3c9d1";
  const limb = (colour) => {
    const base = mix(colour, neutral, 0.45);
    return {
      light: mix(base, "#ffffff", dark ? 0.3 : 0.5),
      base,
      dark: mix(base, "#000000", 0.25),
      full: colour,
      // Numbers need more contrast than lines.
      text: dark ? mix(colour, "#ffffff", 0.35) : mix(colour, "#000000", 0.18),
    };
  };
  return {
    dark,
    background,
    text,
    font: variable("--st-font", "sans-serif"),
    grid: withAlpha(text, dark ? 0.16 : 0.13),
    shadow: withAlpha("#000000", dark ? 0.3 : 0.1),
    ghost: withAlpha(text, 0.2),
    ghostLine: withAlpha(text, 0.75),
    marker: dark ? "#f0e442" : "#b8a900",
    markerEdge: withAlpha(dark ? "#000000" : "#ffffff", 0.8),
    shade: withAlpha(text, 0.08),
    axis: withAlpha(text, 0.65),
    sides: { r: limb(sideColours.r), l: limb(sideColours.l), "": limb(neutral) },
  };
}
