//! stand-in
pub struct Schema;
pub fn of(_t: &str) -> Option<&'static Schema> {
    None
}
impl Schema {
    pub fn create_only(&self, _p: &[&str]) -> bool {
        false
    }
}
