import PluginData
import Testing

@Suite struct DayTests {
  @Test(arguments: [
    (0, "1970-01-01", 3), (-1, "1969-12-31", 2), (20_484, "2026-01-31", 5), (11_016, "2000-02-29", 1),
    (47_541, "2100-03-01", 0),
  ])
  func writesReadsAndNamesTheWeekday(number: Int, text: String, weekday: Int) {
    let day = Day(number: number)
    #expect(day.text == text)
    #expect(Day(text) == day)
    #expect(day.weekday == weekday)
    #expect(Day(year: day.year, month: day.month, day: day.dayOfMonth) == day)
  }

  @Test(arguments: [
    "2026-02-30", "2100-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-1", "2026-01-011", "", "soon",
    "2026-01-01T00:00:00Z",
  ])
  func refusesADayThatDoesNotExist(text: String) {
    #expect(Day(text) == nil)
  }

  @Test func countsEveryDayOnce() {
    var weekday = Day(number: -200_000).weekday
    for number in -200_000...200_000 {
      let day = Day(number: number)
      #expect(day.weekday == weekday)
      #expect(Day(year: day.year, month: day.month, day: day.dayOfMonth) == day)
      weekday = (weekday + 1) % 7
    }
  }
}
