type Fields = Record<string, unknown>;

const record = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
/** present drops the members that are not there. */
const present = (object: Fields): Fields =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const target = (type: 'Utilization' | 'Value' | 'AverageValue', amounts: Fields): Fields =>
  present({ type, ...amounts });
const metric = (name: unknown, selector: unknown) => present({ name, selector });

/** toSpecV2 turns a metric of v2beta1 (and of the annotation of v1) into one of v2. */
export function toSpecV2(spec: Fields): Fields {
  const { type, resource, containerResource, pods, object, external } = spec;
  const result: Fields = { type };
  for (const [name, source] of Object.entries({ resource, containerResource })) {
    if (source === undefined) continue;
    const { targetAverageUtilization, targetAverageValue, ...rest } = record(source);
    const type = targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization';
    const amounts = { averageValue: targetAverageValue, averageUtilization: targetAverageUtilization };
    result[name] = { ...rest, target: target(type, amounts) };
  }
  if (pods !== undefined) {
    const { metricName, selector, targetAverageValue } = record(pods);
    const amounts = { averageValue: targetAverageValue ?? '0' };
    result['pods'] = { metric: metric(metricName, selector), target: target('AverageValue', amounts) };
  }
  if (object !== undefined) {
    // The target value of these versions is always there, even where the average is meant.
    const { target: described, metricName, selector, targetValue = '0', averageValue } = record(object);
    const type = averageValue === undefined ? 'Value' : 'AverageValue';
    result['object'] = {
      describedObject: described,
      target: target(type, { value: targetValue, averageValue }),
      metric: metric(metricName, selector),
    };
  }
  if (external !== undefined) {
    const { metricName, metricSelector, targetValue, targetAverageValue } = record(external);
    const type = targetValue === undefined ? 'AverageValue' : 'Value';
    result['external'] = {
      metric: metric(metricName, metricSelector),
      target: target(type, { value: targetValue, averageValue: targetAverageValue }),
    };
  }
  return result;
}

/** fromSpecV2 is the way back; the order of the members is that of v1's annotation. */
export function fromSpecV2(spec: Fields): Fields {
  const { type, resource, containerResource, pods, object, external } = spec;
  const result: Fields = { type };
  for (const [name, source] of Object.entries({ resource, containerResource })) {
    if (source === undefined) continue;
    const { target: wanted, name: what, container } = record(source);
    const { averageUtilization, averageValue } = record(wanted);
    result[name] = present({
      name: what,
      targetAverageUtilization: averageUtilization,
      targetAverageValue: averageValue,
      container,
    });
  }
  if (object !== undefined) {
    const { describedObject, metric: about, target: wanted } = record(object);
    const { name, selector } = record(about);
    const { value, averageValue } = record(wanted);
    result['object'] = present({
      target: describedObject,
      metricName: name,
      targetValue: value ?? '0',
      selector,
      averageValue,
    });
  }
  if (pods !== undefined) {
    const { name, selector } = record(record(pods)['metric']);
    result['pods'] = present({
      metricName: name,
      targetAverageValue: record(record(pods)['target'])['averageValue'] ?? '0',
      selector,
    });
  }
  if (external !== undefined) {
    const { name, selector } = record(record(external)['metric']);
    const { value, averageValue } = record(record(external)['target']);
    result['external'] = present({
      metricName: name,
      metricSelector: selector,
      targetValue: value,
      targetAverageValue: averageValue,
    });
  }
  return result;
}

/** toStatusV2 turns the state of a metric of v2beta1 into one of v2. */
export function toStatusV2(status: Fields): Fields {
  const { type, resource, containerResource, pods, object, external } = status;
  const result: Fields = { type };
  for (const [name, source] of Object.entries({ resource, containerResource })) {
    if (source === undefined) continue;
    const { currentAverageUtilization, currentAverageValue = '0', ...rest } = record(source);
    result[name] = {
      ...rest,
      current: present({ averageUtilization: currentAverageUtilization, averageValue: currentAverageValue }),
    };
  }
  if (pods !== undefined) {
    const { metricName, selector, currentAverageValue = '0' } = record(pods);
    result['pods'] = { metric: metric(metricName, selector), current: present({ averageValue: currentAverageValue }) };
  }
  if (object !== undefined) {
    const { target: described, metricName, selector, currentValue = '0', averageValue } = record(object);
    result['object'] = {
      describedObject: described,
      metric: metric(metricName, selector),
      current: present({ value: currentValue, averageValue }),
    };
  }
  if (external !== undefined) {
    const { metricName, metricSelector, currentValue = '0', currentAverageValue } = record(external);
    result['external'] = {
      metric: metric(metricName, metricSelector),
      current: present({ value: currentValue, averageValue: currentAverageValue }),
    };
  }
  return result;
}

/** fromStatusV2 is the way back. */
export function fromStatusV2(status: Fields): Fields {
  const { type, resource, containerResource, pods, object, external } = status;
  const result: Fields = { type };
  for (const [name, source] of Object.entries({ resource, containerResource })) {
    if (source === undefined) continue;
    const { current, name: what, container } = record(source);
    const { averageUtilization, averageValue = '0' } = record(current);
    result[name] = present({
      name: what,
      currentAverageUtilization: averageUtilization,
      currentAverageValue: averageValue,
      container,
    });
  }
  if (object !== undefined) {
    const { describedObject, metric: about, current } = record(object);
    const { name, selector } = record(about);
    const { value = '0', averageValue } = record(current);
    result['object'] = present({
      target: describedObject,
      metricName: name,
      currentValue: value,
      selector,
      averageValue,
    });
  }
  if (pods !== undefined) {
    const { name, selector } = record(record(pods)['metric']);
    result['pods'] = present({
      metricName: name,
      currentAverageValue: record(record(pods)['current'])['averageValue'] ?? '0',
      selector,
    });
  }
  if (external !== undefined) {
    const { name, selector } = record(record(external)['metric']);
    const { value = '0', averageValue } = record(record(external)['current']);
    result['external'] = present({
      metricName: name,
      metricSelector: selector,
      currentValue: value,
      currentAverageValue: averageValue,
    });
  }
  return result;
}
