'use client';

import { LogOut } from 'lucide-react';
import { endSession } from '../../lib/session-token';
import { IconButton } from '../../ui/icon-button';

/** Forgets the token; everything that was read goes with it. */
export const SignOutButton = () => <IconButton icon={LogOut} label="Sign out" onClick={endSession} />;
