"""Find personal information in every cell of a reading and remove it by the contract's declared policy.

Pure: tables, contract, packs, key and seed come in; hits, findings and new Parquet files come out. Recognisers are
modules in recognisers/, found by walking the folder. Reading files is left to intake/, deciding on findings to review/.
"""
