//! That the store acts on permits and on nothing else is held by the compiler: each of these does not compile.

#[test]
fn a_permit_cannot_be_replaced_forged_or_used_twice() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
