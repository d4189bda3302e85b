// placeholder until the set-up step lands
