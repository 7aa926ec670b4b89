export * from './interfaces';
export * from './options';
export * from './fronts/https-front';
