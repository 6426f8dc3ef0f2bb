import PluginKit

/// What the service `time` declares.
extension Core {
  static var timeTrackingMethods: Service<Core> {
    Service("time", version: "1.0.0", doc: "Time spent on tasks: timers, entries, timesheets.") {
      timerMethods
      timeEntryMethods
      Method.async(
        "timesheet", [.read, .idempotent],
        doc: "The time of a period by day, task and person; a session over midnight counts for both days.",
        route: "GET /api/time/timesheet",
        parameters: [
          TimeText.person(left: "the caller's"),
          .string(
            "from", "The first day; the Monday of this week when left out", optional: true,
            schema: TimeText.day),
          .string("to", "The last day; today when left out", optional: true, schema: TimeText.day),
          TaskText.anyProject,
        ],
        result: .json(schema: TimeText.timesheetSchema), examples: TimeText.timesheetExamples
      ) { core, call in
        try await core.time.timesheet(call)
      }
    }
  }

  @MethodBuilder<Core> private static var timerMethods: [Method<Core>] {
    Method.async(
      "start", [.write, .idempotent],
      doc: "Starts the caller's timer on a task; one that runs on another task stops, and a task to do is in progress.",
      route: "POST /api/time/start", parameters: [TimeText.task, TimeText.note, TaskText.reason],
      result: .json(schema: TimeText.schema), examples: TimeText.startExamples
    ) { core, call in
      try await core.time.startTimer(call)
    }
    Method.async(
      "stop", [.write], doc: "Stops the caller's timer.", route: "POST /api/time/stop",
      parameters: [
        .string("task", "The id or key of the task that it must run on; any when left out", optional: true),
        TaskText.reason,
      ],
      result: .json(schema: TimeText.schema), examples: TimeText.stopExamples
    ) { core, call in
      try await core.time.stopTimer(call)
    }
    Method(
      "running", [.read, .idempotent], doc: "The timers that are running.", route: "GET /api/time/running",
      parameters: [TimeText.person(left: "the caller's"), TaskText.limit, TaskText.cursor],
      result: .json(schema: TimeText.pageSchema), examples: TimeText.runningExamples
    ) { core, call in
      try core.time.listRunning(call)
    }
  }

  @MethodBuilder<Core> private static var timeEntryMethods: [Method<Core>] {
    Method.async(
      "log", [.write, .creates], doc: "Records time that was spent without a timer.", route: "POST /api/time/entries",
      parameters: [TimeText.task, TimeText.hours, TimeText.minutes]
        + [
          .string("day", "The day it was spent on; today when left out", optional: true, schema: TimeText.day),
          .string("startTime", "When it began, instead of the day", optional: true, schema: TimeText.moment),
          .string(
            "person", "The handle of who spent it; the caller when left out", optional: true, schema: TaskText.name),
          TimeText.note, TaskText.reason, TaskText.idempotencyKey,
        ],
      result: .json(schema: TimeText.schema), examples: TimeText.logExamples
    ) { core, call in
      try await core.time.log(call)
    }
    Method(
      "get", [.read, .idempotent], doc: "An entry by its id.", route: "GET /api/time/entries/{id}",
      parameters: [TimeText.id], result: .json(schema: TimeText.schema), examples: TimeText.getExamples
    ) { core, call in
      try core.time.get(call)
    }
    Method.async(
      "list", [.read, .idempotent], doc: "The entries that match all of the filters, the latest day first.",
      route: "GET /api/time/entries",
      parameters: [
        .string("task", "The id or key of their task", optional: true), TimeText.person(left: "everybody's"),
        .string("from", "None that ended before this day", optional: true, schema: TimeText.day),
        .string("to", "None that began after this day", optional: true, schema: TimeText.day), TaskText.anyProject,
        TaskText.limit, TaskText.cursor,
      ],
      result: .json(schema: TimeText.pageSchema), examples: TimeText.listExamples
    ) { core, call in
      try await core.time.list(call)
    }
    Method.async(
      "update", [.write, .idempotent],
      doc: "Corrects an entry. A new startTime keeps the end, hours and minutes keep the start.",
      route: "PATCH /api/time/entries/{id}",
      parameters: [
        TimeText.id, TimeText.hours, TimeText.minutes,
        .string("day", "The day it was spent on", optional: true, schema: TimeText.day),
        .string("startTime", "When it began", optional: true, schema: TimeText.moment),
        .string("endTime", "When it ended", optional: true, schema: TimeText.moment), TimeText.note,
        TimeText.revision, TaskText.reason,
      ],
      result: .json(schema: TimeText.schema), examples: TimeText.updateExamples
    ) { core, call in
      try await core.time.update(call)
    }
    Method.async(
      "delete", [.write, .destructive, .idempotent],
      doc: "Deletes an entry, and takes its hours off the task; a running timer is thrown away.",
      route: "DELETE /api/time/entries/{id}", parameters: [TimeText.id, TimeText.revision, TaskText.reason],
      result: .nothing, examples: TimeText.deleteExamples
    ) { core, call in
      try await core.time.delete(call)
    }
  }

  static var timeTopics: [Topic] {
    [
      ("timer:started", "A timer was started.", #"{"running":[null,true]}"#),
      ("timer:stopped", "A timer was stopped.", #"{"running":[true,null],"hours":[null,1.5]}"#),
      ("timeEntry:created", "Time was recorded without a timer.", #"{"hours":[null,1.5]}"#),
      ("timeEntry:updated", "An entry was corrected.", #"{"hours":[1,1.5]}"#),
      ("timeEntry:deleted", "An entry was deleted.", #"{"hidden":[null,"deleted"]}"#),
      ("timeEntry:restored", "A deleted entry came back.", #"{"hidden":["deleted",null]}"#),
    ].map { name, doc, changes in
      Topic(name, doc: doc, schema: TimeText.eventSchema, example: TimeText.event(changes))
    }
  }
}
