"""Electronic signatures: which steps need whose, what each is bound to, how a signer is identified, what is kept and shown."""
