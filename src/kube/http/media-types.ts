/** How much of an object to send: all of it, or only its metadata. */
export interface Accepted {
  readonly one: string;
  readonly many: string;
}

export const FULL_OBJECTS: Accepted = { one: 'application/json', many: 'application/json' };

/** The server leaves out spec, status and data. There is no way back to full objects: they may be Secrets. */
export const METADATA_ONLY: Accepted = {
  one: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  many: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
};

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';
