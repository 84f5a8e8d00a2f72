// What the page asks of the console.

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("the console does not answer: it may have been ended with Ctrl-C");
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // An answer of the server itself, such as a refusal.
  }
  if (!response.ok) throw new Error(answer?.error ?? (text || `the console answered ${response.status}`));
  return answer;
}

const part = (stack, id) => `/api/stacks/${encodeURIComponent(stack)}/parts/${encodeURIComponent(id)}`;

const post = (path, given) =>
  call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(given) });

/** What there is to know of a part. */
export const facts = (stack, id) => call(part(stack, id));

/** Asks something of a part, or has something done with it. */
export const request = (stack, id, ask, given = {}) => post(`${part(stack, id)}/${ask}`, given);

/** The address of an object that is a picture. */
export const picture = (stack, id, key) => `${part(stack, id)}/picture?key=${encodeURIComponent(key)}`;

/** What a deployment would change. */
export const plan = (stack) => call(`/api/stacks/${encodeURIComponent(stack)}/plan`);

/** Carries out the plan that was shown. */
export const deploy = (stack, seal) => post(`/api/stacks/${encodeURIComponent(stack)}/plan`, { seal });

/** Calls `listeners` with what the console tells, by name. The browser connects again by itself. */
export function listen(listeners) {
  const source = new EventSource("/api/events");
  source.onopen = () => listeners.connected(true);
  source.onerror = () => listeners.connected(false);
  for (const name of ["stacks", "past", "change", "problem"]) {
    source.addEventListener(name, (event) => listeners[name](JSON.parse(event.data)));
  }
}
