"""Uses the API through the official Python client, by its typed and by its dynamic half, and prints what it found as JSON.

The only argument is a kubeconfig. Everything happens in the namespace default; what was made is deleted again.
"""

import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.dynamic.exceptions import ResourceNotFoundError

NAMESPACE = "default"


def typed():
    core = client.CoreV1Api()
    made = core.create_namespaced_config_map(
        NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="typed", labels={"by": "python"}), data={"a": "1"})
    )
    core.patch_namespaced_config_map("typed", NAMESPACE, {"data": {"b": "2"}})
    read = core.read_namespaced_config_map("typed", NAMESPACE)
    listed = core.list_namespaced_config_map(NAMESPACE, label_selector="by=python")
    seen = []
    watcher = watch.Watch()
    version = made.metadata.resource_version
    for event in watcher.stream(
        core.list_namespaced_config_map, NAMESPACE, label_selector="by=python", resource_version=version, timeout_seconds=20
    ):
        seen.append(event["type"])
        if event["type"] == "MODIFIED":
            core.delete_namespaced_config_map("typed", NAMESPACE)
        if event["type"] == "DELETED":
            watcher.stop()
    try:
        core.read_namespaced_config_map("typed", NAMESPACE)
        missing = None
    except ApiException as error:
        missing = {"code": error.status, "reason": json.loads(error.body)["reason"]}
    return {
        "version": client.VersionApi().get_code().major,
        "groups": [group.name for group in client.ApisApi().get_api_versions().groups],
        "data": read.data,
        "listed": [one.metadata.name for one in listed.items],
        "seen": seen,
        "missing": missing,
    }


def typed_deployment():
    apps = client.AppsV1Api()
    container = client.V1Container(name="web", image="registry.example/web:1")
    labels = {"app": "python"}
    apps.create_namespaced_deployment(
        NAMESPACE,
        client.V1Deployment(
            metadata=client.V1ObjectMeta(name="python"),
            spec=client.V1DeploymentSpec(
                replicas=1,
                selector=client.V1LabelSelector(match_labels=labels),
                template=client.V1PodTemplateSpec(
                    metadata=client.V1ObjectMeta(labels=labels), spec=client.V1PodSpec(containers=[container])
                ),
            ),
        ),
    )
    apps.patch_namespaced_deployment_scale("python", NAMESPACE, {"spec": {"replicas": 3}})
    replicas = apps.read_namespaced_deployment("python", NAMESPACE).spec.replicas
    deleted = apps.delete_namespaced_deployment("python", NAMESPACE)
    return {"replicas": replicas, "deleted": deleted.status}


def dynamically():
    found = dynamic.DynamicClient(client.ApiClient())
    maps = found.resources.get(api_version="v1", kind="ConfigMap")
    body = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "dynamic"}, "data": {"a": "1"}}
    maps.create(body=body, namespace=NAMESPACE)
    maps.patch(
        body={"metadata": {"name": "dynamic"}, "data": {"a": None, "c": "3"}},
        namespace=NAMESPACE,
        content_type="application/merge-patch+json",
    )
    data = maps.get(name="dynamic", namespace=NAMESPACE).to_dict()["data"]
    seen = []
    for event in maps.watch(namespace=NAMESPACE, field_selector="metadata.name=dynamic", timeout=20):
        seen.append(event["type"])
        if event["type"] == "ADDED":
            maps.delete(name="dynamic", namespace=NAMESPACE)
        if event["type"] == "DELETED":
            break
    try:
        found.resources.get(api_version="none.example.com/v1", kind="None")
        unknown = None
    except ResourceNotFoundError:
        unknown = "not found"
    return {
        "data": data,
        "seen": seen,
        "unknown": unknown,
        "kinds": sorted({one.kind for one in found.resources.search(group="apps", api_version="v1") if one.kind}),
    }


config.load_kube_config(sys.argv[1])
print(json.dumps({"typed": typed(), "deployment": typed_deployment(), "dynamic": dynamically()}))
