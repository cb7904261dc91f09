"""Probability models of customers: when they buy, whether they stay, what they spend.

Each model is a file of its own. What they share:

- `_fit`: the optimiser, trust-region Newton in log parameters with exact derivatives;
- `_diagnosis`: optimum, boundary or ridge, and the limits that are simpler models;
- `_base`: parameters, standard errors, summary, JSON;
- `_repeats`: customers as x, t_x, T, and the distinct cells of them;
- `_quadrature`, `_stirling`: integrals and gamma functions, exact to the last digits;
- `_purchases`: the frame of the models of repeat purchases, with `_beta_geometric` for two of them;
- `_contracts`: the frame of the models of contracts;
- `_steps`: time in steps, for models that count occasions or contract periods;
- `_default`: the default models fitted to a list, with a warning where it does not tell.

To add a model of repeat purchases (with Erlang gaps, Gompertz lifetimes, covariates), write one
file with its parameters, its log-likelihood with gradient and Hessian, P(alive), and the distribution of a
living customer's purchases (`_purchases.Living`), in a subclass of `_purchases.PurchaseModel`;
fit, diagnosis, forecasts, intervals, simulation and storage come from the frame. A model of contracts
brings its survival curve to `_contracts.ContractModel` in the same way.
"""
