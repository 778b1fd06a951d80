"""What every type of document shares: the register of types, lists, issues, previews of a push."""
