"""HepsiGlobal's dialect: order numbers, item numbers, named reasons."""
