import PluginKit

/// The workflows that come with the plugin. They are ordinary definitions: everybody may change or delete them.
enum BuiltIns {
  static var all: [Fields] { [progressTracking, statusTransitions, qualityGates, sprintAutomation] }

  /// Tells when the progress of a task passes a quarter.
  private static let progressTracking: Fields = [
    "name": "progress-tracking",
    "description": "Tells when the progress of a task passes 25, 50, 75 or 100 percent.",
    "triggers": [["type": "event", "topic": "task:updated"]],
    "condition": "has(event.data.changes.progress) && task.progress / 25 > before.progress / 25",
    "stages": [
      [
        "name": "tell",
        "actions": [
          [
            "name": "progress", "action": "notify",
            "with": [
              "message": "${ task.key } is at ${ task.progress } %: ${ task.title }",
              "to": "${ has(task.assignee) ? [task.assignee] : [] }",
              "data": ["task": "${ task.id }", "from": "${ before.progress }", "progress": "${ task.progress }"],
            ],
          ]
        ],
      ]
    ],
  ]

  /// Moves a task along as its progress grows.
  private static let statusTransitions: Fields = [
    "name": "status-transitions",
    "description": "Moves a task with its progress: in progress above 0 %, to review from 90 %, done at 100 %.",
    "triggers": [["type": "event", "topic": "task:updated"]],
    "condition": "has(event.data.changes.progress) && task.progress > before.progress",
    "stages": [
      [
        "name": "start", "if": "task.progress > 0 && task.status == 'todo'",
        "actions": [["name": "begin", "action": "updateTask", "with": ["status": "in_progress"]]],
      ],
      [
        "name": "review", "if": "task.progress >= 90 && task.progress < 100 && task.status == 'in_progress'",
        "actions": [["name": "hand-over", "action": "updateTask", "with": ["status": "review"]]],
      ],
      [
        "name": "finish", "if": "task.progress == 100 && task.status in ['in_progress', 'review', 'testing']",
        "actions": [["name": "complete", "action": "updateTask", "with": ["status": "done"]]],
      ],
    ],
  ]

  /// Runs the tests of the project when a task comes to review, and sends it back when they fail.
  private static let qualityGates: Fields = [
    "name": "quality-gates",
    "description": .string(
      "Runs tests, coverage and linter when a task comes to review; sends it back when one of them fails. "
        + "Needs npm among plugins.workflow.commands.programs."),
    "triggers": [["type": "status", "to": "review"]],
    "stages": [
      [
        "name": "tests",
        "actions": [
          ["name": "test", "action": "runCommand", "timeoutSeconds": 1800, "with": ["argv": ["npm", "test"]]],
          [
            "name": "coverage", "action": "runCommand", "timeoutSeconds": 1800,
            "if": "steps.test.status == 'completed'",
            "with": ["argv": ["npm", "run", "coverage", "--if-present"]],
          ],
        ],
      ],
      [
        "name": "style",
        "actions": [
          [
            "name": "lint", "action": "runCommand", "timeoutSeconds": 600,
            "with": ["argv": ["npm", "run", "lint", "--if-present"]],
          ]
        ],
      ],
    ],
    "onFailure": [
      ["name": "send-back", "action": "updateTask", "with": ["status": "in_progress"]],
      [
        "name": "tell", "action": "notify",
        "with": [
          "message": "${ task.key } went back from review: ${ error.message }",
          "to": "${ has(task.assignee) ? [task.assignee] : [] }", "data": ["task": "${ task.id }"],
        ],
      ],
    ],
    "timeoutSeconds": 7200,
  ]

  /// Says what is open, on Monday morning and every evening.
  private static let sprintAutomation: Fields = [
    "name": "sprint-automation",
    "description": "Says what is in progress and what is blocked: for planning on Monday at 9, and every day at 17.",
    "triggers": [["type": "schedule", "cron": "0 9 * * 1"], ["type": "schedule", "cron": "0 17 * * *"]],
    "stages": [
      [
        "name": "gather",
        "actions": [
          [
            "name": "active", "action": "call", "idempotent": true,
            "with": [
              "method": "tasks.list",
              "arguments": [
                "status": ["in_progress", "review", "testing"], "project": "${ project.id }", "limit": 100,
              ],
            ],
          ],
          [
            "name": "blocked", "action": "call", "idempotent": true,
            "with": [
              "method": "tasks.list",
              "arguments": ["status": "blocked", "project": "${ project.id }", "limit": 100],
            ],
          ],
        ],
      ],
      [
        "name": "tell",
        "actions": [
          [
            "name": "summary", "action": "notify",
            "with": [
              "message": .string(
                "${ event.data.cron == '0 9 * * 1' ? 'Sprint planning' : 'End of the day' } of ${ project.name }: "
                  + "\(count("active")) in progress, \(count("blocked")) blocked"),
              "data": ["project": "${ project.id }"],
            ],
          ]
        ],
      ],
    ],
  ]

  /// How many tasks a step has listed; a page holds no more than 100.
  private static func count(_ step: String) -> String {
    "${ size(steps.\(step).output.items) }${ steps.\(step).output.next == null ? '' : '+' }"
  }
}
