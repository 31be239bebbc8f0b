import { SessionGate } from '../features/session/session-gate';
import { Dashboard } from './dashboard';

const HomePage = () => (
  <SessionGate>
    <Dashboard />
  </SessionGate>
);

export default HomePage;
