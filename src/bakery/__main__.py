"""`python -m bakery` asks the doctor."""

from bakery.doctor import main

raise SystemExit(main())
