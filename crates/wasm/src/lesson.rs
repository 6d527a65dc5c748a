//! The part of [`Lab`] about lessons: taking one for its author, and grading what a student hands in.

use psyncscope_lab::lesson::LessonReport;
use psyncscope_lab::{LabError, Lesson};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::JsError;
use crate::output::lesson::{LessonChecked, LessonGraded};
use crate::output::to_js;
use crate::{Lab, Result, input};

#[wasm_bindgen]
impl Lab {
    /// Takes a lesson, answering right and wrong, and says what is wrong with it.
    #[wasm_bindgen(js_name = checkLesson, unchecked_return_type = "LessonChecked")]
    pub fn check_lesson(
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let lesson = parse(&text)?;
        let played = lesson.check().map_err(JsError::from)?;
        Ok(to_js(&LessonChecked::of(&lesson, &played))?)
    }

    /// What a student's report of a lesson is worth: its session is replayed.
    #[wasm_bindgen(js_name = gradeLesson, unchecked_return_type = "LessonGraded")]
    pub fn grade_lesson(
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
        #[wasm_bindgen(unchecked_param_type = "LessonReport")] report: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (lesson, report) = (parse(&text)?, input::object::<LessonReport>(report, "report")?);
        Ok(to_js(&LessonGraded::of(&lesson.grade(&report)))?)
    }
}

fn parse(text: &JsValue) -> Result<Lesson> {
    Lesson::parse(&input::text(text, "text")?).map_err(|errors| JsError::from(LabError::from(errors)))
}
