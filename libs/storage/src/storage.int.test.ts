import { requireProgram, startEtcd } from '@navarch/testing';
import { backendMaker } from './testsuite/maker';
import { storageSuite } from './testsuite/suite';

requireProgram('etcd')('storage on a real etcd', () => {
  storageSuite('EtcdStore', backendMaker(false, startEtcd));
  storageSuite('CachedStore', backendMaker(true, startEtcd));
});
