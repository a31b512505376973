/** Scalars, enums and objects, as the platform's schema names them. */
export const TYPES = /* GraphQL */ `
  scalar UUID
  scalar DateTime
  scalar Upload

  enum VisibilityLevel { PUBLIC INTERNAL PRIVATE }
  enum UserRole { USER ADMIN }
  enum UserStatus { UNVERIFIED VERIFIED BLOCKED }
  enum UnitNodeTypeEnum { OUTPUT INPUT }
  enum UnitFirmwareUpdateStatus { REQUEST_SENT ERROR SUCCESS }
  enum BackendTopicCommand { UPDATE ENV_UPDATE SCHEMA_UPDATE LOG_SYNC }
  enum PermissionEntities { USER UNIT REPO UNIT_NODE }
  enum GitPlatform { GITLAB GITHUB }
  enum LogLevel { DEBUG INFO WARNING ERROR CRITICAL }
  enum ProcessingPolicyType { LAST_VALUE N_RECORDS TIME_WINDOW AGGREGATION }
  enum AggregationFunctions { AVG MIN MAX SUM }
  enum RepositoryRegistryStatus { UPDATED PROCESSING ERROR }
  enum DataPipeStatus { ACTIVE INACTIVE ERROR }
  enum DataPipeStage { ACTIVE_PERIOD FILTERS TRANSFORMATIONS PROCESSING_POLICY }
  enum TypeInputValue { TEXT NUMBER }
  enum OrderByDate { asc desc }
  enum OrderByText { asc desc }

  type NoneType { isNone: Boolean! }
  type UserType {
    uuid: UUID! role: UserRole! status: UserStatus! login: String!
    grafanaOrgName: UUID! grafanaOrgId: String createDatetime: DateTime!
  }
  type UsersResultType { count: Int! users: [UserType!]! }
  type RepositoryRegistryType {
    uuid: UUID! platform: GitPlatform! repositoryUrl: String! isPublicRepository: Boolean!
    releasesData: String localRepositorySize: Int! syncStatus: RepositoryRegistryStatus
    syncError: String syncLastDatetime: DateTime createDatetime: DateTime!
    lastUpdateDatetime: DateTime! creatorUuid: UUID branches: [String!]!
  }
  type RepositoriesRegistryResultType {
    count: Int! repositoriesRegistry: [RepositoryRegistryType!]!
  }
  type CommitType { commit: String! summary: String! tag: String }
  type RepoType {
    uuid: UUID! visibilityLevel: VisibilityLevel! name: String! createDatetime: DateTime!
    defaultBranch: String isAutoUpdateRepo: Boolean! defaultCommit: String
    isOnlyTagUpdate: Boolean! isCompilableRepo: Boolean! lastUpdateDatetime: DateTime!
    creatorUuid: UUID! repositoryRegistryUuid: UUID!
  }
  type ReposResultType { count: Int! repos: [RepoType!]! }
  type PlatformType { name: String! link: String! }
  type RepoVersionType { commit: String! unitCount: Int! tag: String }
  type RepoVersionsType { unitCount: Int! versions: [RepoVersionType!]! }
  type TargetVersionType { commit: String! tag: String }
  type UnitStateType {
    ifconfig: [String!] millis: Float memFree: Float memAlloc: Float freq: Float
    statvfs: [Float!] puCommitVersion: String
  }
  type UnitType {
    uuid: UUID! visibilityLevel: VisibilityLevel! name: String! createDatetime: DateTime!
    isAutoUpdateFromRepoUnit: Boolean! targetFirmwarePlatform: String repoBranch: String
    repoCommit: String unitState: UnitStateType currentCommitVersion: String
    lastUpdateDatetime: DateTime! creatorUuid: UUID! repoUuid: UUID!
    firmwareUpdateStatus: UnitFirmwareUpdateStatus firmwareUpdateError: String
    lastFirmwareUpdateDatetime: DateTime unitNodes: [UnitNodeType!]!
  }
  type UnitsResultType { count: Int! units: [UnitType!]! }
  type UnitLogType {
    uuid: UUID! level: LogLevel! unitUuid: UUID! text: String!
    createDatetime: DateTime! expirationDatetime: DateTime!
  }
  type UnitLogsResultType { count: Int! unitLogs: [UnitLogType!]! }
  type UnitNodeType {
    uuid: UUID! type: UnitNodeTypeEnum! visibilityLevel: VisibilityLevel!
    isRewritableInput: Boolean! maxConnections: Int! topicName: String!
    lastUpdateDatetime: DateTime! isDataPipeActive: Boolean! dataPipeYml: String
    dataPipeStatus: DataPipeStatus dataPipeError: String createDatetime: DateTime!
    state: String unitUuid: UUID! creatorUuid: UUID!
  }
  type UnitNodesResultType { count: Int! unitNodes: [UnitNodeType!]! }
  type UnitNodeEdgeType { uuid: UUID! nodeOutputUuid: UUID! nodeInputUuid: UUID! }
  type NRecordsType {
    unitNodeUuid: UUID! state: String! stateType: TypeInputValue! createDatetime: DateTime!
    maxCount: Int! size: Int!
  }
  type TimeWindowType {
    unitNodeUuid: UUID! state: String! stateType: TypeInputValue! createDatetime: DateTime!
    expirationDatetime: DateTime! size: Int!
  }
  type AggregationType {
    unitNodeUuid: UUID! state: Float! aggregationType: AggregationFunctions!
    timeWindowSize: Int! createDatetime: DateTime! startWindowDatetime: DateTime!
  }
  type LastValueType { unitNodeUuid: UUID! state: String! lastUpdateDatetime: DateTime! }
  union PipeDataType = NRecordsType | TimeWindowType | AggregationType | LastValueType
  type PipeDataResultType { count: Int! pipeData: [PipeDataType!]! }
  type DataPipeValidationErrorType { stage: DataPipeStage! message: String! }
  type PermissionType {
    uuid: UUID! agentUuid: UUID! agentType: PermissionEntities!
    resourceUuid: UUID! resourceType: PermissionEntities!
  }
  type PermissionsResultType { count: Int! permissions: [PermissionType!]! }
  type BaseMetricsType {
    userCount: Int! repositoryRegistryCount: Int! repoCount: Int!
    unitCount: Int! unitNodeCount: Int! unitNodeEdgeCount: Int!
  }
`;
