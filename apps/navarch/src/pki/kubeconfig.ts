/** KubeconfigInput: the server to talk to, and the PEM contents. */
export interface KubeconfigInput {
  readonly cluster: string;
  readonly server: string;
  readonly user: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** kubeconfigFor renders a kubeconfig with everything embedded, so that the one file can be copied. */
export function kubeconfigFor(input: KubeconfigInput): string {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  const context = `${input.user}@${input.cluster}`;
  return `apiVersion: v1
kind: Config
clusters:
- name: ${input.cluster}
  cluster:
    server: ${input.server}
    certificate-authority-data: ${base64(input.authority)}
users:
- name: ${input.user}
  user:
    client-certificate-data: ${base64(input.certificate)}
    client-key-data: ${base64(input.key)}
contexts:
- name: ${context}
  context:
    cluster: ${input.cluster}
    user: ${input.user}
current-context: ${context}
preferences: {}
`;
}
